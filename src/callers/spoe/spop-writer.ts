/** Writes the data types of SPOP. A text has one character for each byte until it is sent (see `protobuf-writer.ts`). */

const ASCII = /^[\x00-\x7f]*$/
const MORE_FROM = 240

/** A number of variable length, 0 or more and below 2^31. */
export function spopNumber(value: number): string {
  if (value < MORE_FROM) return String.fromCharCode(value)
  let text = String.fromCharCode((value & 0xff) | MORE_FROM)
  let rest = (value - MORE_FROM) >>> 4
  while (rest >= 0x80) {
    text += String.fromCharCode((rest & 0x7f) | 0x80)
    rest = (rest - 0x80) >>> 7
  }
  return text + String.fromCharCode(rest)
}

/** A length and the bytes of the text in UTF-8, without a type. */
export function spopText(text: string): string {
  const bytes = ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
  return spopNumber(bytes.length) + bytes
}

/** Typed values. */
export const spopTextValue = (text: string): string => `\x08${spopText(text)}`
export const spopNumberValue = (value: number): string => `\x03${spopNumber(value)}`
export const SPOP_TRUE = '\x11'
