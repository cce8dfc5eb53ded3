/** Whether a token is valid now, and for how long. */
import { err, ok, type Result } from '../result.ts'
import type { IssuerSettings } from '../settings/issuer/definition.ts'
import type { JsonObject } from '../strict-json.ts'

/** 9999-12-31T23:59:59Z; beyond it, dates have no RFC 3339 form, and a unit (ms for s) was mistaken. */
const MAX_NUMERIC_DATE = 253_402_300_799

export type TimeMiss =
  | 'exp_missing'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_issued_in_future'
  | 'token_too_old'
  | 'claim_missing'
  | 'claim_invalid'

export interface TimeProblem {
  readonly reason: TimeMiss
  /** For people; with `claim`, what that claim must be. */
  readonly detail: string
  /** Set if the claim is absent or has the wrong type. */
  readonly claim?: 'exp' | 'nbf' | 'iat'
}

/** The token is valid from `notBefore` (inclusive) until `notAfter` (exclusive), in epoch seconds, leeway included. */
export interface ValidityWindow {
  readonly notBefore: number
  readonly notAfter: number
}

/** The settings that bear on times. */
export type TimeRules = Pick<IssuerSettings, 'leewaySeconds' | 'maxAgeSeconds' | 'allowMissingExp'>

/**
 * Checks `exp`, `nbf`, `iat` and the greatest age. A NumericDate may have fractions
 * (RFC 7519 §2), but is within the years 1970 to 9999.
 *
 * @param nowSeconds Epoch seconds; fractions count.
 * @see RFC 7519 §4.1.4 to §4.1.6
 */
export function checkTimes(
  claims: JsonObject,
  rules: TimeRules,
  nowSeconds: number,
): Result<ValidityWindow, TimeProblem> {
  for (const name of ['exp', 'nbf', 'iat'] as const) {
    if (Object.hasOwn(claims, name) && !isNumericDate(claims[name])) {
      return problem('claim_invalid', 'is a number of seconds between 0 and 253402300799', name)
    }
  }
  const window = windowOf(claims, rules)
  if (!window.ok) return window
  const { exp, nbf, iat } = claims as { exp?: number; nbf?: number; iat?: number }
  const leeway = rules.leewaySeconds
  if (exp !== undefined && nowSeconds >= exp + leeway) {
    return problem('token_expired', `expired ${seconds(nowSeconds - exp)} ago, leeway ${leeway} s`)
  }
  if (nbf !== undefined && nowSeconds < nbf - leeway) {
    return problem('token_not_yet_valid', `valid in ${seconds(nbf - nowSeconds)}, leeway ${leeway} s`)
  }
  if (iat !== undefined && nowSeconds < iat - leeway) {
    return problem(
      'token_issued_in_future',
      `\`iat\` is ${seconds(iat - nowSeconds)} ahead of this clock, leeway ${leeway} s`,
    )
  }
  // Not `>=`: where the clock or a setting is NaN every comparison is false, and the door must stay shut.
  if (!(nowSeconds < window.value.notAfter)) {
    return problem(
      'token_too_old',
      `issued ${seconds(nowSeconds - (iat ?? 0))} ago, max_age ${rules.maxAgeSeconds} s`,
    )
  }
  return window
}

function windowOf(claims: JsonObject, rules: TimeRules): Result<ValidityWindow, TimeProblem> {
  const { exp, nbf, iat } = claims as { exp?: number; nbf?: number; iat?: number }
  const { leewaySeconds, maxAgeSeconds } = rules
  if (exp === undefined && !rules.allowMissingExp) return problem('exp_missing', 'the token has no `exp`')
  if (maxAgeSeconds !== undefined && iat === undefined) {
    return problem('claim_missing', 'is required by `max_age`', 'iat')
  }
  const notBefore = Math.max(nbf ?? 0, iat ?? 0) - leewaySeconds
  const oldest = maxAgeSeconds === undefined || iat === undefined ? Infinity : iat + maxAgeSeconds
  return ok({ notBefore, notAfter: Math.min(exp ?? Infinity, oldest) + leewaySeconds })
}

const isNumericDate = (value: unknown): value is number =>
  // NaN and the infinity that `1e400` becomes are not between the two.
  typeof value === 'number' && value >= 0 && value <= MAX_NUMERIC_DATE

const problem = (
  reason: TimeMiss,
  detail: string,
  claim?: 'exp' | 'nbf' | 'iat',
): Result<never, TimeProblem> => err(claim === undefined ? { reason, detail } : { reason, detail, claim })

const seconds = (value: number): string => `${Math.floor(value)} s`
