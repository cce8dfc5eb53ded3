/** A decision as `warder explain` makes it: the same one, with its steps. */
import type { Decide } from '../../src/decision/decide.ts'
import type { Decision } from '../../src/decision/decision.ts'
import { createExplanation, type ExplainedStep } from '../../src/decision/explain/create-explanation.ts'
import type { AuthzRequest } from '../../src/request/authz-request.ts'
import { ask } from './make-guard.ts'

export interface Explained {
  readonly decision: Decision
  readonly steps: readonly ExplainedStep[]
  /** The step that denied, if one did. */
  readonly failed: ExplainedStep | undefined
}

export async function explain(decide: Decide, request: AuthzRequest): Promise<Explained> {
  const { recorder, steps } = createExplanation()
  const decision = await ask(decide, request, recorder)
  return { decision, steps, failed: steps.find(({ result }) => result === 'fail') }
}
