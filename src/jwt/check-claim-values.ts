/** What claims of every token of an issuer must be, whatever a policy asks. */
import { err, ok, type Result } from '../result.ts'
import type { ClaimValueSettings } from './issuer-settings.ts'
import type { JsonObject } from '../keys/strict-json.ts'

export interface ClaimValueMiss {
  readonly reason: 'claim_missing' | 'claim_invalid'
  /** For people; names the claim and what it must be, never what it is. */
  readonly detail: string
}

/** Text compared code point by code point; a number or a list is never equal to a text. */
export function checkClaimValues(
  claims: JsonObject,
  expected: readonly ClaimValueSettings[],
): Result<void, ClaimValueMiss> {
  for (const rule of expected) {
    const value = Object.hasOwn(claims, rule.claim) ? claims[rule.claim] : undefined
    const detail = describeClaimValue(rule)
    if (value === undefined || value === null) return err({ reason: 'claim_missing', detail })
    if (typeof value !== 'string' || !holds(value, rule)) return err({ reason: 'claim_invalid', detail })
  }
  return ok(undefined)
}

/** `` `tid` is "…" ``, for people. */
export const describeClaimValue = ({ claim, oneOf, startsWith }: ClaimValueSettings): string =>
  [
    ...(oneOf === undefined
      ? []
      : [`\`${claim}\` is ${oneOf.map((text) => JSON.stringify(text)).join(' or ')}`]),
    ...(startsWith === undefined ? [] : [`\`${claim}\` starts with ${JSON.stringify(startsWith)}`]),
  ].join(' and ')

const holds = (value: string, { oneOf, startsWith }: ClaimValueSettings): boolean =>
  (oneOf === undefined || oneOf.includes(value)) && (startsWith === undefined || value.startsWith(startsWith))
