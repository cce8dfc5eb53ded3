/** Bytes of percent-escapes, which may not be UTF-8. */

/** @param path ASCII, and every `%` in it is followed by two hexadecimal digits. */
export function unescapeBytes(path: string): Uint8Array {
  const bytes = new Uint8Array(path.length)
  let length = 0
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i)
    if (code === 0x25) {
      bytes[length++] = (hexDigit(path.charCodeAt(i + 1)) << 4) | hexDigit(path.charCodeAt(i + 2))
      i += 2
    } else {
      bytes[length++] = code
    }
  }
  return bytes.subarray(0, length)
}

const hexDigit = (code: number): number => (code <= 0x39 ? code - 0x30 : (code & 0xdf) - 0x37)

/** Counts the bytes that are part of no UTF-8 character. */
export function countInvalidUtf8(bytes: Uint8Array): number {
  let invalid = 0
  for (let i = 0; i < bytes.length;) {
    const length = characterLength(bytes, i)
    if (length === 0) invalid++
    i += Math.max(length, 1)
  }
  return invalid
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true })
const WESTERN = new TextDecoder('windows-1252')

/** Decodes UTF-8 with invalid bytes: in `mixed` each is one Western character, `dropped` leaves them out. */
export function decodeInvalid(bytes: Uint8Array): { readonly mixed: string; readonly dropped: string } {
  let mixed = ''
  let dropped = ''
  let start = 0
  for (let i = 0; i <= bytes.length;) {
    const length = i === bytes.length ? 0 : characterLength(bytes, i)
    if (length > 0) {
      i += length
      continue
    }
    const valid = UTF8.decode(bytes.subarray(start, i))
    mixed += valid + WESTERN.decode(bytes.subarray(i, i + 1))
    dropped += valid
    start = ++i
  }
  return { mixed, dropped }
}

/**
 * Length of the character that begins here, in bytes; 0 if none does.
 *
 * @see RFC 3629 §4
 */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0
  const second = bytes[at + 1] ?? 0
  // Overlong forms, surrogates, and values beyond U+10FFFF.
  if (first === 0xe0 && second < 0xa0) return 0
  if (first === 0xed && second > 0x9f) return 0
  if (first === 0xf0 && second < 0x90) return 0
  if (first === 0xf4 && second > 0x8f) return 0
  return length
}
