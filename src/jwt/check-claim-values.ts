/** What claims of every token of an issuer must be, whatever a policy asks. */
import { err, ok, type Result } from '../result.ts'
import type { ClaimValueSettings } from '../settings/issuer/definition.ts'
import type { JsonObject } from '../strict-json.ts'

export interface ClaimValueMiss {
  readonly reason: 'claim_missing' | 'claim_invalid'
  readonly claim: string
  /** For people: what the claim must be, never what it is. */
  readonly expected: string
  /** Values that the claim may be; empty if they are not listed. */
  readonly wanted: readonly string[]
}

/** Text compared code point by code point; a number or a list is never equal to a text. */
export function checkClaimValues(
  claims: JsonObject,
  rules: readonly ClaimValueSettings[],
): Result<void, ClaimValueMiss> {
  for (const rule of rules) {
    const { claim, oneOf = [] } = rule
    const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
    if (typeof value === 'string' && holds(value, rule)) continue
    const reason = value === undefined || value === null ? 'claim_missing' : 'claim_invalid'
    return err({ reason, claim, expected: expectedValue(rule), wanted: oneOf })
  }
  return ok(undefined)
}

/** `is "…" or "…"`, for people. */
export const expectedValue = ({ oneOf, startsWith }: ClaimValueSettings): string =>
  [
    ...(oneOf === undefined ? [] : [`is ${oneOf.map((text) => JSON.stringify(text)).join(' or ')}`]),
    ...(startsWith === undefined ? [] : [`starts with ${JSON.stringify(startsWith)}`]),
  ].join(' and ')

const holds = (value: string, { oneOf, startsWith }: ClaimValueSettings): boolean =>
  (oneOf === undefined || oneOf.includes(value)) && (startsWith === undefined || value.startsWith(startsWith))
