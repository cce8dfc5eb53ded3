/** Whether a token is valid now, and for how long. */
import { err, ok, type Result } from '../result.ts'
import type { IssuerSettings } from '../settings/issuer/definition.ts'
import type { JsonObject } from '../strict-json.ts'

/** 9999-12-31T23:59:59Z; a later date has no RFC 3339 form, and is in the wrong unit (ms for s). */
const MAX_NUMERIC_DATE = 253_402_300_799
const NUMERIC_DATE = `is a number of seconds between 0 and ${MAX_NUMERIC_DATE}`

/** Why a token is not valid now. */
export type TimeProblem =
  | { readonly reason: 'exp_missing' }
  | { readonly reason: 'token_expired'; readonly agoSeconds: number; readonly leewaySeconds: number }
  | { readonly reason: 'token_not_yet_valid'; readonly inSeconds: number; readonly leewaySeconds: number }
  | {
      readonly reason: 'token_issued_in_future'
      readonly aheadSeconds: number
      readonly leewaySeconds: number
    }
  | {
      readonly reason: 'token_too_old'
      readonly ageSeconds: number
      readonly maxAgeSeconds: number | undefined
    }
  /** `expected`: what the claim must be. */
  | { readonly reason: 'claim_missing'; readonly claim: 'iat'; readonly expected: string }
  | { readonly reason: 'claim_invalid'; readonly claim: 'exp' | 'nbf' | 'iat'; readonly expected: string }

/** The token is valid from `notBefore` (inclusive) until `notAfter` (exclusive), in epoch seconds, leeway included. */
export interface ValidityWindow {
  readonly notBefore: number
  readonly notAfter: number
}

/** The claims that {@link checkTimes} reads, alone. */
export type TimeClaims = Readonly<Partial<Record<(typeof TIME_CLAIMS)[number], unknown>>>

const TIME_CLAIMS = ['exp', 'nbf', 'iat'] as const

/** The settings for times. */
export type TimeRules = Pick<IssuerSettings, 'leewaySeconds' | 'maxAgeSeconds' | 'allowMissingExp'>

/**
 * Checks `exp`, `nbf`, `iat` and the greatest age. A NumericDate may have fractions
 * (RFC 7519 §2), but is within the years 1970 to 9999.
 *
 * @param nowSeconds Epoch seconds; fractions count.
 * @see RFC 7519 §4.1.4 to §4.1.6
 */
export function checkTimes(
  claims: TimeClaims,
  rules: TimeRules,
  nowSeconds: number,
): Result<ValidityWindow, TimeProblem> {
  for (const name of TIME_CLAIMS) {
    if (Object.hasOwn(claims, name) && !isNumericDate(claims[name])) {
      return err({ reason: 'claim_invalid', claim: name, expected: NUMERIC_DATE })
    }
  }
  const window = windowOf(claims, rules)
  if (!window.ok) return window
  const { exp, nbf, iat } = claims as { exp?: number; nbf?: number; iat?: number }
  const { leewaySeconds, maxAgeSeconds } = rules
  if (exp !== undefined && nowSeconds >= exp + leewaySeconds)
    return err({ reason: 'token_expired', agoSeconds: nowSeconds - exp, leewaySeconds })
  if (nbf !== undefined && nowSeconds < nbf - leewaySeconds)
    return err({ reason: 'token_not_yet_valid', inSeconds: nbf - nowSeconds, leewaySeconds })
  if (iat !== undefined && nowSeconds < iat - leewaySeconds)
    return err({ reason: 'token_issued_in_future', aheadSeconds: iat - nowSeconds, leewaySeconds })
  // Not `>=`: if the clock or a setting is NaN every comparison is false, and the token must be refused.
  if (!(nowSeconds < window.value.notAfter))
    return err({ reason: 'token_too_old', ageSeconds: nowSeconds - (iat ?? 0), maxAgeSeconds })
  return window
}

/** The claims of times, with which {@link checkTimes} says the same as with all. */
export function timeClaimsOf(claims: JsonObject): TimeClaims {
  const times: Record<string, unknown> = {}
  for (const name of TIME_CLAIMS) if (Object.hasOwn(claims, name)) times[name] = claims[name]
  return times
}

function windowOf(claims: TimeClaims, rules: TimeRules): Result<ValidityWindow, TimeProblem> {
  const { exp, nbf, iat } = claims as { exp?: number; nbf?: number; iat?: number }
  const { leewaySeconds, maxAgeSeconds } = rules
  if (exp === undefined && !rules.allowMissingExp) return err({ reason: 'exp_missing' })
  if (maxAgeSeconds !== undefined && iat === undefined)
    return err({ reason: 'claim_missing', claim: 'iat', expected: 'is required by `max_age`' })
  const notBefore = Math.max(nbf ?? 0, iat ?? 0) - leewaySeconds
  const oldest = maxAgeSeconds === undefined || iat === undefined ? Infinity : iat + maxAgeSeconds
  return ok({ notBefore, notAfter: Math.min(exp ?? Infinity, oldest) + leewaySeconds })
}

const isNumericDate = (value: unknown): value is number =>
  // NaN and the infinity that `1e400` becomes are not between the two.
  typeof value === 'number' && value >= 0 && value <= MAX_NUMERIC_DATE
