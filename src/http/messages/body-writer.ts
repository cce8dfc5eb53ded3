/** Sends a head and a body on a wire, in as few writes as arrive together. */
import type { FieldLine } from './header-fields.ts'
import type { ResponseHead } from './response-head.ts'
import type { Wire } from '../sockets/wire.ts'

const CRLF = Buffer.from('\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/**
 * Writes one message and no byte behind it: content after the end of the body is dropped, because the other side would
 * read it as the beginning of the next message, which may be another client's.
 */
export class BodyWriter {
  readonly #wire: Wire
  readonly #isChunked: boolean
  readonly #maxBytes: number
  #gathered: Buffer[] = []
  #contentBytes = 0
  #hasEnded = false

  /** @param framing The framing that the head announces; `none` sends no content at all. */
  constructor(wire: Wire, framing: ResponseHead['framing']) {
    this.#wire = wire
    this.#isChunked = framing.kind === 'chunked'
    this.#maxBytes = framing.kind === 'length' ? framing.bytes : framing.kind === 'none' ? 0 : Infinity
  }

  /** Content sent so far. */
  get contentBytes(): number {
    return this.#contentBytes
  }

  /** A head, or anything else that is not content. */
  head(text: string): void {
    if (!this.#hasEnded) this.#gathered.push(Buffer.from(text, 'latin1'))
  }

  content(bytes: Buffer): void {
    // An empty chunk would be the last one (RFC 9112 §7.1).
    if (this.#hasEnded || bytes.length === 0) return
    const left = this.#maxBytes - this.#contentBytes
    const kept = bytes.length <= left ? bytes : bytes.subarray(0, left)
    if (kept.length === 0) return
    this.#contentBytes += kept.length
    if (!this.#isChunked) return void this.#gathered.push(kept)
    this.#gathered.push(Buffer.from(`${kept.length.toString(16)}\r\n`, 'latin1'), kept, CRLF)
  }

  /** Ends the body; `trailers` are dropped if it does not go in chunks. */
  end(trailers: readonly FieldLine[] = []): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    if (!this.#isChunked) return
    if (trailers.length === 0) return void this.#gathered.push(LAST_CHUNK)
    const lines = trailers.map(({ name, value }) => `${name}: ${value}\r\n`).join('')
    this.#gathered.push(Buffer.from(`0\r\n${lines}\r\n`, 'latin1'))
  }

  /** Hands what was gathered to the wire. False: send no more before `onDrain`. */
  flush(): boolean {
    const [first, second] = this.#gathered
    if (first === undefined) return true
    // One copy costs less than a second system call.
    const bytes = second === undefined ? first : Buffer.concat(this.#gathered)
    this.#gathered = []
    return this.#wire.write(bytes)
  }
}
