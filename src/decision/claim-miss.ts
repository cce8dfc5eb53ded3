/** A claim beside what it must be. */
import { describeFound } from '../claims/describe-found.ts'
import type { ClaimScalar } from '../settings/claim-rule/definition.ts'
import { readClaim, type Claims } from '../syntax/claim-path.ts'
import type { ClaimMiss } from './denial.ts'

/** @param wanted The values that the rule names. */
export const missOf = (
  claims: Claims,
  claim: string,
  expected: string,
  wanted?: readonly ClaimScalar[],
): ClaimMiss => ({ claim, expected, found: describeFound(readClaim(claims, [claim]), wanted) })
