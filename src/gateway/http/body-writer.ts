/** Sends a head and a body on a wire, in as few writes as arrive together. */
import type { HeaderField } from './header-fields.ts'
import type { ResponseHead } from './response-head.ts'
import type { Wire } from '../sockets/wire.ts'

/**
 * Writes one message and no byte behind it: content after the end of the body is dropped, because the other side would
 * read it as the beginning of the next message, which may be another client's.
 */
export interface BodyWriter {
  /** Content sent so far. */
  readonly contentBytes: number
  /** A head, or anything else that is not content. */
  head(text: string): void
  content(bytes: Buffer): void
  /** Ends the body; `trailers` are dropped if it does not go in chunks. */
  end(trailers?: readonly Pick<HeaderField, 'name' | 'value'>[]): void
  /** Hands what was gathered to the wire. False: send no more before `onDrain`. */
  flush(): boolean
}

const CRLF = Buffer.from('\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/** @param framing The framing that the head announces; `none` sends no content at all. */
export function createBodyWriter(wire: Wire, framing: ResponseHead['framing']): BodyWriter {
  const isChunked = framing.kind === 'chunked'
  const mostBytes = framing.kind === 'length' ? framing.bytes : framing.kind === 'none' ? 0 : Infinity
  let gathered: Buffer[] = []
  let contentBytes = 0
  let hasEnded = false
  return {
    get contentBytes() {
      return contentBytes
    },
    head(text) {
      if (!hasEnded) gathered.push(Buffer.from(text, 'latin1'))
    },
    content(bytes) {
      // An empty chunk would be the last one (RFC 9112 §7.1).
      if (hasEnded || bytes.length === 0) return
      const left = mostBytes - contentBytes
      const kept = bytes.length <= left ? bytes : bytes.subarray(0, left)
      if (kept.length === 0) return
      contentBytes += kept.length
      if (isChunked) gathered.push(Buffer.from(`${kept.length.toString(16)}\r\n`, 'latin1'), kept, CRLF)
      else gathered.push(kept)
    },
    end(trailers = []) {
      if (hasEnded) return
      hasEnded = true
      if (!isChunked) return
      if (trailers.length === 0) return void gathered.push(LAST_CHUNK)
      const lines = trailers.map(({ name, value }) => `${name}: ${value}\r\n`).join('')
      gathered.push(Buffer.from(`0\r\n${lines}\r\n`, 'latin1'))
    },
    flush() {
      const [first, second] = gathered
      if (first === undefined) return true
      // One copy costs less than a second system call.
      const bytes = second === undefined ? first : Buffer.concat(gathered)
      gathered = []
      return wire.write(bytes)
    },
  }
}
