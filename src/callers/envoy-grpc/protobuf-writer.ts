/**
 * Writes messages of Protocol Buffers. A message is a text with one character for each byte until it is sent: texts are
 * joined faster than bytes are copied, and the length of each part is known when it is written.
 */

const ASCII = /^[\x00-\x7f]*$/

/** A field with a text; an empty one is written, too. */
export const textField = (field: number, text: string): string =>
  messageField(field, ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1'))

/** A field with a message that is written already. */
export const messageField = (field: number, message: string): string =>
  varint(field * 8 + 2) + varint(message.length) + message

/** A field with a whole number, 0 or more; zero is written, too. */
export const numberField = (field: number, value: number): string => varint(field * 8) + varint(value)

export const toBytes = (message: string): Buffer => Buffer.from(message, 'latin1')

function varint(value: number): string {
  let text = ''
  let rest = value
  while (rest >= 0x80) {
    text += String.fromCharCode((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  return text + String.fromCharCode(rest)
}
