/** Denials for a claim: what it must be beside what it is. */
import { describeFound } from '../claims/describe-found.ts'
import { readClaim, type Claims } from '../syntax/claim-path.ts'
import type { ClaimScalar } from '../settings/claim-rule/definition.ts'
import type { ClaimMiss, Denial } from './denial.ts'
import type { DenyReason } from './reasons.ts'

export const claimDenial = (reason: DenyReason, miss: ClaimMiss): Denial => ({
  reason,
  detail: missText(miss),
  miss,
})

/** @param wanted The values that the rule names. */
export const missOf = (
  claims: Claims,
  claim: string,
  expected: string,
  wanted?: readonly ClaimScalar[],
): ClaimMiss => ({ claim, expected, found: describeFound(readClaim(claims, [claim]), wanted) })

/** One line of a log; a rule may name hundreds of values. */
const MAX_EXPECTED = 200

const missText = ({ claim, expected, found }: ClaimMiss): string =>
  `\`${claim}\` ${shorten(expected)}; the claim is ${found}`

const shorten = (text: string): string =>
  text.length > MAX_EXPECTED ? `${text.slice(0, MAX_EXPECTED)}…` : text
