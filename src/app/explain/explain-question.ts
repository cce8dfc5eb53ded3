/** One decision, made by the service's own code, with every step written down. */
import { createDecide } from '../../decision/decide.ts'
import { createExplanation } from '../../decision/explain/create-explanation.ts'
import type { Policy } from '../../policy/compile-policy.ts'
import type { Instance } from '../build-instance.ts'
import { newId } from '../system.ts'
import type { Explained } from './explanation-json.ts'
import { explainJudges, policyOfJudges } from './judges.ts'
import { makeQuestion, NO_REQUEST, routeOf, type RequestLine, type WrittenField } from './made-question.ts'

export interface AskedExplanation {
  /** Undefined: the token alone is judged. */
  readonly line: RequestLine | undefined
  readonly fields: readonly WrittenField[]
  /** The policy that judges; undefined asks the routes. */
  readonly policy: Policy | undefined
  /** Undefined for none, or one among the fields. */
  readonly token: string | undefined
  /** For the decision alone: the key sources keep the real clock. */
  readonly atMs: number
}

export async function explainQuestion(
  instance: Instance,
  { line, fields, policy, token, atMs }: AskedExplanation,
): Promise<Explained> {
  const { guard } = instance
  const asked = line ?? NO_REQUEST
  const route = routeOf(guard, asked)
  const meantFor = isJudgedByGateway(instance, route) ? policyOfJudges(instance, route) : undefined
  const question = makeQuestion(guard, asked, fields, policy, token, meantFor)
  const explanation = createExplanation()
  const decide = createDecide(guard, { nowMs: () => atMs, newId })
  const first = { decision: await decide(question, explanation.recorder), steps: explanation.steps }
  const { decision, steps } = isJudgedByGateway(instance, first.decision.route)
    ? await explainJudges(instance, decide, question, first)
    : first
  return { decision, steps, request: line, atMs, config: instance.config }
}

/** Whether only the gateway can ask the judges of a route; to find that out there takes a walk over all of them. */
function isJudgedByGateway({ guard }: Instance, route: string | undefined): boolean {
  const kind = guard.routes?.routes.find(({ name }) => name === route)?.access.kind
  return kind === 'forward_auth' || kind === 'basic_auth' || kind === 'all_of'
}
