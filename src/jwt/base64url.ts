/** Base64url, canonical only: one text for one sequence of bytes. */

const ALPHABET = /^[A-Za-z0-9_-]*$/

// What the last character may be when it carries unused bits, which must be zero (RFC 4648 §3.5).
const LAST_OF_TWO = 'AQgw'
const LAST_OF_THREE = 'AEIMQUYcgkosw048'

/**
 * Decodes base64url without padding. Undefined for anything that would not encode back to the same text:
 * `Buffer.from` alone skips foreign characters, accepts padding, and ignores trailing bits, so that many
 * tokens would share one signature.
 *
 * @see RFC 7515 §2, RFC 4648 §5 and §3.5
 */
export function decodeBase64url(text: string): Buffer | undefined {
  if (!ALPHABET.test(text)) return undefined
  const rest = text.length % 4
  if (rest === 1) return undefined
  const last = text.charAt(text.length - 1)
  if (rest === 2 && !LAST_OF_TWO.includes(last)) return undefined
  if (rest === 3 && !LAST_OF_THREE.includes(last)) return undefined
  return Buffer.from(text, 'base64url')
}
