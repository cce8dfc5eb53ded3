/** The steps of a decision, in their order. There are no others: explain records these. */
import { CLAIM_STEPS } from './claim-steps.ts'
import { SIGNATURE_STEPS } from './signature-steps.ts'
import type { EveryTimeStep, Step } from './step.ts'

/** The steps after route and token. */
export interface DecisionSteps {
  /**
   * Full verification: what one token yields under one policy, whatever the request. It is remembered, and a cache
   * hit skips these steps. They must not depend on the request, or on anything that may change before the token
   * expires; a hit checks only the times and the trust in the key again. Of the denials, those are remembered that
   * follow from the token, the policy, the keys and the clock alone (recall-denial.ts).
   */
  readonly verification: readonly Step[]
  /**
   * Checks for every request, with a remembered token too: whether the token was revoked, whether its proof was used
   * before, how many requests its owner has sent, a rule that reads the request.
   */
  readonly everyTime: readonly EveryTimeStep[]
}

/** The steps of every decision. */
export const DECISION_STEPS: DecisionSteps = {
  verification: [...SIGNATURE_STEPS, ...CLAIM_STEPS],
  everyTime: [],
}
