/** Whether a token was meant for us. */
import { err, ok, type Result } from '../result.ts'
import type { JsonObject } from '../strict-json.ts'

export type AudienceMiss = 'audience_missing' | 'audience_mismatch' | 'claim_invalid'

/**
 * The token's audiences must hold one of the accepted ones, compared code point by code point.
 *
 * @param name The claim that holds them; not `aud` for issuers whose tokens have none.
 * @param accepted null accepts tokens of any or no audience; the type of `aud` is checked anyway.
 * @see RFC 7519 §4.1.3
 */
export function checkAudience(
  claims: JsonObject,
  accepted: ReadonlySet<string> | null,
  name = 'aud',
): Result<void, AudienceMiss> {
  const aud = Object.hasOwn(claims, name) ? claims[name] : undefined
  if (aud === undefined) return accepted === null ? ok(undefined) : err('audience_missing')
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (!audiences.every((audience) => typeof audience === 'string')) return err('claim_invalid')
  if (accepted === null) return ok(undefined)
  if (audiences.length === 0) return err('audience_missing')
  return audiences.some((audience) => accepted.has(audience)) ? ok(undefined) : err('audience_mismatch')
}
