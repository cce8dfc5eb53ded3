/** Text as a header value that every proxy and application reads the same. */

/** Encoding of characters that a header cannot carry. */
export type HeaderEncoding = 'percent' | 'base64url'

// Visible ASCII with single spaces inside. Parsers trim spaces at the ends, and some collapse runs of spaces.
const PLAIN = /^[\x21-\x24\x26-\x7e]+(?: [\x21-\x24\x26-\x7e]+)*$/

/**
 * Encodes a text. Percent: every byte of its UTF-8 outside visible ASCII, and `%`, as `%XX`, so that it can be
 * decoded unambiguously. Base64url: always the whole value, so that an application need not guess.
 */
export function encodeHeaderText(text: string, encoding: HeaderEncoding): string {
  if (encoding === 'base64url') return Buffer.from(text, 'utf8').toString('base64url')
  if (text === '' || PLAIN.test(text)) return text
  const bytes = Buffer.from(text, 'utf8')
  let encoded = ''
  for (const [index, byte] of bytes.entries()) {
    encoded +=
      isPlainByte(byte) || isInnerSpace(bytes, index)
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}

/** Percent-encodes commas too: one element of a comma-separated list. */
export const encodeListElement = (text: string, encoding: HeaderEncoding): string =>
  encodeHeaderText(text, encoding).replaceAll(',', '%2C')

/** JSON in visible ASCII: other characters as `\uXXXX`, which every JSON parser decodes. */
export const toAsciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const isPlainByte = (byte: number): boolean => byte > 0x20 && byte < 0x7f && byte !== 0x25

const isInnerSpace = (bytes: Uint8Array, index: number): boolean =>
  bytes[index] === 0x20 && isPlainByte(bytes[index - 1] ?? 0x20) && isPlainByte(bytes[index + 1] ?? 0x20)
