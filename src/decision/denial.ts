/** Why a step denies. */
import type { DenyReason } from './reasons.ts'

export interface Denial {
  readonly reason: DenyReason
  readonly detail: string | undefined
  /** The claim that is not as it must be, when it is about one; `detail` has it as a sentence. */
  readonly miss?: ClaimMiss
  readonly retryAfterSeconds?: number
  /** What the policy asks for, for the challenge. */
  readonly scopes?: readonly string[]
}

/** For the operator. Without values of the token but those that the rule itself names. */
export interface ClaimMiss {
  /** Its name, or its path as a claim rule has it. */
  readonly claim: string
  /** `equals "acme"`, `is required`. */
  readonly expected: string
  /** `absent`, `a text of 4 characters`, `the text "true", not the boolean true`. */
  readonly found: string
}

export const denial = (reason: DenyReason, detail?: string): Denial => ({ reason, detail })
