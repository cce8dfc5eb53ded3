/** `envoy.service.auth.v3.Authorization/Check`: parse, decide, render. Whatever goes wrong is an answer that denies. */
import {
  clientOfCheck,
  MAX_CHECK_BYTES,
  parseCheck,
  policyOf,
  renderCheck,
  UNREADABLE_CHECK,
} from '../../callers/envoy-grpc/check.ts'
import { CHECK_DIALECT } from '../../callers/envoy-grpc/check-dialect.ts'
import { readCheckRequest, type CheckRequest } from '../../callers/envoy-grpc/check-request.ts'
import { denyUnread, type Question } from '../../decision/decide.ts'
import type { Decision } from '../../decision/decision.ts'
import { internalError, type Denial } from '../../decision/denial.ts'
import type { HeaderReader } from '../../request/authz-request.ts'
import type { DecisionService } from '../decision-routes.ts'
import { believed, DecisionMade, type ReadClient } from '../decision-made.ts'
import type { GrpcMethod } from './grpc-handler.ts'

type CheckService = Omit<DecisionService, 'onUnreadBody'>

interface Asked {
  readonly peer: string
  readonly startedMs: number
  /** Of a caller that is trusted. */
  readonly metadata?: HeaderReader
  /** Undefined if the message could not be read, or was not. */
  readonly check?: CheckRequest
  readonly question?: Question
}

export function createCheckMethod(service: CheckService): GrpcMethod {
  const readClient = believed<Asked>(service.isTrusted !== undefined, ({ metadata, check }) =>
    clientOfCheck(metadata, check),
  )
  const answerTo = (decision: Decision, asked: Asked): Buffer => respond(service, readClient, decision, asked)
  const refuse = (denial: Denial, asked: Asked): Buffer =>
    answerTo(denyUnread(service.guard, denial, service.newId()), asked)
  return {
    maxBytes: MAX_CHECK_BYTES,
    answer(message, { peer, headers: metadata }) {
      const startedMs = service.monotonicMs()
      if (service.isTrusted?.(peer, metadata) === false)
        return refuse({ reason: 'caller_untrusted', peer }, { peer, startedMs })
      const check = readCheckRequest(message)
      if (check === undefined) return refuse(UNREADABLE_CHECK, { peer, startedMs, metadata })
      const asked = { peer, startedMs, metadata, check }
      const policy = policyOf(check, (name) => service.guard.policies.get(name))
      if (!policy.ok) return refuse(policy.error, asked)
      const parsed = parseCheck(check)
      if (!parsed.ok) return refuse(parsed.error, asked)
      const question = { request: parsed.value, policy: policy.value }
      const decision = service.decide(question)
      return decision instanceof Promise
        ? decision.then((decided) => answerTo(decided, { ...asked, question }))
        : answerTo(decision, { ...asked, question })
    },
    answerTooLarge: () => refuse(UNREADABLE_CHECK, unread(service)),
    answerFailed: () => refuse(internalError('the answer to a Check'), unread(service)),
  }
}

const UNREAD = { request: undefined, policy: undefined }

const unread = ({ monotonicMs }: CheckService): Asked => ({ peer: '', startedMs: monotonicMs() })

function respond(
  { guard, decide, monotonicMs, onDecision }: CheckService,
  readClient: ReadClient<Asked>,
  decision: Decision,
  asked: Asked,
): Buffer {
  const { check, peer, startedMs, question } = asked
  const answer = renderCheck(decision, guard.identityNames, check)
  const status = decision.outcome === 'allow' ? 200 : decision.status
  const durationMs = monotonicMs() - startedMs
  const { request, policy } = question ?? UNREAD
  const callerFields = traceFieldsOf(asked)
  const facts = { decision, status, request, policy, via: CHECK_DIALECT.name, durationMs, callerFields }
  onDecision(new DecisionMade({ ...facts, decide: question && decide }, asked, peer, readClient))
  return answer
}

/** The request of a question has its fields itself; what describes no request may still be a part of its caller's trace. */
function traceFieldsOf({ metadata, check, question }: Asked): HeaderReader | undefined {
  const isNamed = question !== undefined || (metadata?.get('traceparent') ?? null) !== null
  return isNamed ? metadata : (check?.headers ?? metadata)
}
