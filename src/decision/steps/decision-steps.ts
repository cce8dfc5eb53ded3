/** The steps of a decision, in their order. They are all there is: explain records these very ones. */
import { CLAIM_STEPS } from './claim-steps.ts'
import { SIGNATURE_STEPS } from './signature-steps.ts'
import type { EveryTimeStep, Step } from './step.ts'

/** What follows once route and token are known. */
export interface DecisionSteps {
  /**
   * Full verification: what one token yields under one policy, whatever the request. It is remembered, and a cache
   * hit skips these steps. Nothing in them may depend on the request, or on what may change before the token expires;
   * only times and the trust in the key are looked at again.
   */
  readonly verification: readonly Step[]
  /**
   * What has to be asked for every request, remembered token or not: whether the token was revoked, whether its proof
   * was used before, how often its owner has come, a rule that reads the request.
   */
  readonly everyTime: readonly EveryTimeStep[]
}

/** The steps of every decision. */
export const DECISION_STEPS: DecisionSteps = {
  verification: [...SIGNATURE_STEPS, ...CLAIM_STEPS],
  everyTime: [],
}
