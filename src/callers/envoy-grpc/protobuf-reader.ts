/** Reads messages of Protocol Buffers field by field, in the form in which they travel. */

const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2
const FIXED32 = 5
/** A varint has at most ten bytes; those of tags and lengths that fit into 31 bits have five. */
const MAX_VARINT_BYTES = 10
const MAX_SHORT_BYTES = 5

/** Bytes that are not a message. Thrown, because it ends the reading at any depth; nobody outside of the reader's user sees it. */
export class MalformedMessage extends Error {}

/**
 * The fields of one message, in the order in which they arrive. A field that nobody asks for is passed over, as every reader
 * of the format does, so that callers may send messages of later versions. Groups, which the format gave up in its third
 * version, are refused.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class MessageReader {
  /** Number of the current field; 0 if it has no content of its own, such as a number. */
  field = 0
  readonly #bytes: Buffer
  readonly #end: number
  #at: number
  #contentStart = 0
  #contentEnd = 0

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  /**
   * Goes to the next field. False: the message has no more.
   *
   * @throws MalformedMessage
   */
  next(): boolean {
    if (this.#at >= this.#end) return false
    const tag = this.#readShort()
    const number = tag >>> 3
    if (number === 0) throw new MalformedMessage('field number 0')
    this.field = 0
    switch (tag & 7) {
      case LENGTH_DELIMITED: {
        const length = this.#readShort()
        this.field = number
        this.#contentStart = this.#at
        this.#pass(length)
        this.#contentEnd = this.#at
        break
      }
      case VARINT:
        this.#passVarint()
        break
      case FIXED64:
        this.#pass(8)
        break
      case FIXED32:
        this.#pass(4)
        break
      default:
        throw new MalformedMessage('unknown wire type')
    }
    return true
  }

  /** The content of the current field as text: bytes as latin1, as everywhere in requests. */
  text(): string {
    return this.#bytes.toString('latin1', this.#contentStart, this.#contentEnd)
  }

  /** The content of the current field as a message. */
  message(): MessageReader {
    return new MessageReader(this.#bytes, this.#contentStart, this.#contentEnd)
  }

  #pass(length: number): void {
    this.#at += length
    if (this.#at > this.#end) throw new MalformedMessage('the message ends within a field')
  }

  /** A tag or a length. */
  #readShort(): number {
    let value = 0
    for (let i = 0; i < MAX_SHORT_BYTES; i++) {
      if (this.#at >= this.#end) throw new MalformedMessage('the message ends within a number')
      const byte = this.#bytes[this.#at++] ?? 0
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) {
        if (value > 0x7fff_ffff) break
        return value
      }
    }
    throw new MalformedMessage('a tag or length of more than 31 bits')
  }

  #passVarint(): void {
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      if (this.#at >= this.#end) throw new MalformedMessage('the message ends within a number')
      if ((this.#bytes[this.#at++] ?? 0) < 0x80) return
    }
    throw new MalformedMessage('a number of more than 64 bits')
  }
}
