/** How the judges of a route in the gateway decide: the gateway's own judges, asked in their order. */
import { gatewayInput } from '../gateway-input.ts'
import type { Instance } from '../build-instance.ts'
import type { Decide } from '../../decision/decide.ts'
import type { Decision } from '../../decision/decision.ts'
import {
  createExplanation,
  NO_DENIAL,
  type ExplainedStep,
  type Explanation,
} from '../../decision/explain/create-explanation.ts'
import { describeDenial } from '../../decision/explain/describe-denial.ts'
import { DENY_ROWS } from '../../decision/reasons.ts'
import { forwardedFields } from '../../gateway/client/client-address.ts'
import type { ClientRequest } from '../../gateway/client/client-request.ts'
import { compileHeaderRules } from '../../gateway/exchange/forward-headers.ts'
import { parseRequestHead } from '../../http/messages/request-head.ts'
import { askJudges } from '../../gateway/judges/ask-judges.ts'
import { authFailure } from '../../gateway/judges/auth-service/auth-answer.ts'
import { authRequestText, compileSentFields } from '../../gateway/judges/auth-service/auth-request.ts'
import type { RouteJudge, JudgeInput, Judgement, Verdict } from '../../gateway/judges/judge.ts'
import { createPasswordQueue } from '../../gateway/judges/passwords/password-check.ts'
import { createRouteJudges, judgeHeaderNames } from '../../gateway/judges/route-judges.ts'
import type { Policy } from '../../policy/compile-policy.ts'
import type { ForwardAuthSettings } from '../../settings/forward-auth/definition.ts'
import type { MadeQuestion } from './made-question.ts'

/** The policy that a token is meant for on a route with several judges. */
export function policyOfJudges(instance: Instance, route: string | undefined): Policy | undefined {
  const inputs = [...gatewayInput(instance).routes].find(({ name }) => name === route)?.judges ?? []
  return inputs.find((input) => input.kind === 'policy')?.policy
}

export interface JudgedRequest {
  readonly decision: Decision
  readonly steps: readonly ExplainedStep[]
}

/**
 * Continues when the core stops because only the gateway asks the judges of the route. An auth service is not asked:
 * it would take the request for one of a client.
 *
 * @param first The decision of the core, with the steps so far.
 * @returns `first` if the core has decided by itself.
 */
export async function explainJudges(
  instance: Instance,
  decide: Decide,
  question: MadeQuestion,
  first: JudgedRequest,
): Promise<JudgedRequest> {
  const input = gatewayInput(instance)
  const routes = [...input.routes]
  const inputs = routes.find(({ name }) => name === first.decision.route)?.judges ?? []
  const request = toClientRequest(question)
  if (inputs.length === 0 || request === undefined) return first
  const steps: ExplainedStep[] = first.steps.map(asPassed)
  const asking: { url: string | undefined } = { url: undefined }
  const explanations: Explanation[] = []
  const explainedDecide: Decide = (asked) => {
    const explanation = createExplanation()
    explanations.push(explanation)
    return decide(asked, explanation.recorder)
  }
  const all = routes.flatMap(({ judges }) => judges)
  const serviceOf = servicesThatAreNotAsked(instance, all, asking)
  const judges =
    createRouteJudges(explainedDecide, serviceOf, input.realm, createPasswordQueue())(inputs)?.inOrder ?? []
  const reported = judges.map((judge, index): RouteJudge => {
    const kind = inputs[index]?.kind ?? 'policy'
    return {
      ask: (client, settled) =>
        judge.ask(client, (verdict) => {
          // The steps of the policy are the whole explanation.
          steps.push(...(explanations.splice(0)[0]?.steps ?? []).filter(({ step }) => step !== 'route'))
          if (kind !== 'policy') steps.push(judgeStep(kind, verdict, asking.url))
          settled(verdict)
        }),
    }
  })
  const judgement = await new Promise<Judgement>((resolve) => {
    askJudges(reported, request, first.decision, input.identityNames.length, resolve)
  })
  return { decision: openOf(judgement.decision, asking.url), steps }
}

/** The route was found; only its judges had not been asked. */
const asPassed = (step: ExplainedStep): ExplainedStep =>
  step.step === 'route' ? { ...step, ...NO_DENIAL, result: 'pass' } : step

function judgeStep(kind: JudgeInput['kind'], verdict: Verdict, url: string | undefined): ExplainedStep {
  const step = { step: 'judge', ...NO_DENIAL, notes: [], setting: undefined } as const
  if (url !== undefined)
    return { ...step, result: 'not_reached', facts: `${kind}: the gateway would ask ${url}` }
  if (verdict.kind === 'allowed') return { ...step, result: 'pass', facts: kind }
  const { reason, denial } = verdict.decision
  const { hint } = DENY_ROWS[reason]
  const detail = describeDenial(denial)
  return { ...step, result: 'fail', reason, detail, facts: `${kind}: ${reason}`, hint }
}

/** The answer of an auth service is unknown, which is not a denial. */
const openOf = (decision: Decision, url: string | undefined): Decision =>
  url === undefined || decision.outcome === 'allow'
    ? decision
    : {
        ...decision,
        reason: 'auth_service_not_asked',
        status: DENY_ROWS.auth_service_not_asked.status,
        denial: { reason: 'auth_service_not_asked', url },
      }

/** In the place of the auth services: each finds what the request lacks, and notes the URL that would be asked. */
function servicesThatAreNotAsked(
  instance: Instance,
  inputs: readonly JudgeInput[],
  asking: { url: string | undefined },
): (settings: ForwardAuthSettings) => RouteJudge {
  const rules = compileHeaderRules(instance.guard.identityNames, judgeHeaderNames(inputs))
  return (settings) => ({
    ask(request, settled) {
      const text = authRequestText(request, settings, compileSentFields(settings, rules))
      if (text.ok) asking.url = settings.url
      settled(text.ok ? authFailure('not asked') : text.error)
      return () => {}
    },
  })
}

/** The request as the gateway would read it; undefined if it would refuse to. */
function toClientRequest({ request, fields }: MadeQuestion): ClientRequest | undefined {
  const { method, path, query, host, scheme } = request
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`)
  const target = query === '' ? path : `${path}?${query}`
  const text = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${lines.join('')}`
  const head = parseRequestHead(text.replace(/\r\n$/, ''))
  if (!head.ok) return undefined
  const forwarded = forwardedFields(head.value.fields, '', undefined, scheme, host)
  return { head: head.value, isTrustedPeer: false, isTrusted: () => false, forwarded, authz: request }
}
