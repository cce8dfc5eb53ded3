/**
 * Reads the data types of SPOP, the binary protocol by which HAProxy asks its agents (doc/SPOE.txt of HAProxy, 3.1).
 * Everything is checked against the end of the bytes before it is read.
 */

/** Bytes that are no data of SPOP, or end too early. */
export class MalformedFrame extends Error {}

/** A typed value. Texts and bytes have one character for each byte; numbers of more than 53 bits are rounded. */
export type SpopValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: number }
  /** Of IPv4 or IPv6, as text. */
  | { readonly kind: 'address'; readonly value: string }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: string }

const NULL: SpopValue = { kind: 'null' }
const TYPE_MASK = 0x0f
const TRUE_FLAG = 0x10
/** First byte of a number that goes on. */
const MORE_FROM = 240
/** The first one has 4 bits of a number of 64, each of the others 7. */
const MAX_NUMBER_BYTES = 10
const IPV4_BYTES = 4
const IPV6_BYTES = 16

export class SpopReader {
  readonly #bytes: Buffer
  readonly #end: number
  #at: number

  constructor(bytes: Buffer, from = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#at = from
    this.#end = end
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end
  }

  /** How many bytes were read, from the beginning of the memory. */
  get at(): number {
    return this.#at
  }

  byte(): number {
    if (this.#at >= this.#end) throw new MalformedFrame('the frame ends within an item')
    return this.#bytes[this.#at++] as number
  }

  /** A number of variable length. */
  number(): number {
    let value = this.byte()
    if (value < MORE_FROM) return value
    let unit = 16
    for (let i = 1; i < MAX_NUMBER_BYTES; i++) {
      const byte = this.byte()
      value += byte * unit
      if (byte < 0x80) return value
      unit *= 128
    }
    throw new MalformedFrame('a number of more than 64 bits')
  }

  /** A length, and as many bytes. */
  text(): string {
    const from = this.#pass(this.number())
    return this.#bytes.toString('latin1', from, this.#at)
  }

  value(): SpopValue {
    const head = this.byte()
    switch (head & TYPE_MASK) {
      case 0:
        return NULL
      case 1:
        return { kind: 'boolean', value: (head & TRUE_FLAG) !== 0 }
      case 2:
      case 3:
      case 4:
      case 5:
        return { kind: 'number', value: this.number() }
      case 6:
        return { kind: 'address', value: this.#ipv4() }
      case 7:
        return { kind: 'address', value: this.#ipv6() }
      case 8:
        return { kind: 'text', value: this.text() }
      case 9:
        return { kind: 'bytes', value: this.text() }
      default:
        throw new MalformedFrame('a value of an unknown type')
    }
  }

  #ipv4(): string {
    const from = this.#pass(IPV4_BYTES)
    return this.#bytes.subarray(from, this.#at).join('.')
  }

  #ipv6(): string {
    const from = this.#pass(IPV6_BYTES)
    const groups = Array.from({ length: IPV6_BYTES / 2 }, (_, i) => this.#bytes.readUInt16BE(from + 2 * i))
    return groups.map((group) => group.toString(16)).join(':')
  }

  /** @returns Where the bytes begin that were passed. */
  #pass(length: number): number {
    const from = this.#at
    if (length > this.#end - from) throw new MalformedFrame('the frame ends within an item')
    this.#at = from + length
    return from
  }
}
