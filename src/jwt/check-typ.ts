/** Whether a token is of an accepted type. */

// Tokens that are signed by the same keys but never give access. Refused even if `typ` is not configured
// (RFC 8725 §3.11): a logout token or a DPoP proof must not give access.
const NEVER_ACCESS: ReadonlySet<string> = new Set([
  'dpop+jwt',
  'logout+jwt',
  'secevent+jwt',
  'statuslist+jwt',
  'token-introspection+jwt',
  'oauth-authz-req+jwt',
  'client-authentication+jwt',
  'kb+jwt',
  'dc+sd-jwt',
  'vc+sd-jwt',
  'oauth-client-attestation+jwt',
  'oauth-client-attestation-pop+jwt',
  'entity-statement+jwt',
])

/**
 * Compares the `typ` header in any letter case and with or without `application/`.
 *
 * @param accepted Accepted values in normal form; undefined accepts every type but those that never give access.
 * @see RFC 7515 §4.1.9, RFC 9068 §2.1
 */
export function isAcceptedTyp(typ: string | undefined, accepted: ReadonlySet<string> | undefined): boolean {
  if (typ === undefined) return accepted === undefined
  const normal = normalizeTyp(typ)
  return accepted === undefined ? !NEVER_ACCESS.has(normal) : accepted.has(normal)
}

/** Lower case, without `application/`. */
export const normalizeTyp = (typ: string): string => {
  const lower = typ.toLowerCase()
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower
}
