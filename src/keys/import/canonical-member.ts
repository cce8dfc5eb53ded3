/** Numbers of a JWK as RFC 7518 wants them, from the other ways in which issuers write them. */

// Either alphabet of RFC 4648, not both: a text with both is damaged.
const STANDARD = /^[A-Za-z0-9+/]+={0,2}$/
const URL_SAFE = /^[A-Za-z0-9_-]+={0,2}$/

/**
 * The canonical base64url of a member; undefined if it is not exactly one number.
 *
 * Padding, the standard alphabet and, for the integers of RSA, leading zero bytes (Java's `BigInteger.toByteArray`)
 * do not change the number, and issuers publish all of them. Stray bits and white space are refused. The canonical text
 * is imported and makes the thumbprint: two spellings are one key, also for pins.
 *
 * @param isInteger True for RSA; coordinates of curves have a fixed length (RFC 7518 §6.2.1.2).
 * @see RFC 7518 §6.3.1.1
 */
export function toCanonicalMember(text: string, isInteger: boolean): string | undefined {
  if (!STANDARD.test(text) && !URL_SAFE.test(text)) return undefined
  const unpadded = text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
  const bytes = Buffer.from(unpadded, 'base64url')
  if (bytes.toString('base64url') !== unpadded) return undefined
  if (!isInteger) return unpadded
  const first = bytes.findIndex((byte) => byte !== 0)
  return first > 0 ? bytes.subarray(first).toString('base64url') : unpadded
}
