/** Sends a head and a body on a wire, in as few writes as arrive together. */
import type { HeaderField } from './header-fields.ts'
import type { Wire } from '../sockets/wire.ts'

export interface BodyWriter {
  /** Content sent so far. */
  readonly contentBytes: number
  /** A head, or anything else that is no content. */
  head(text: string): void
  content(bytes: Buffer): void
  /** The end of the body; `trailers` are lost where it does not go in chunks. */
  end(trailers?: readonly Pick<HeaderField, 'name' | 'value'>[]): void
  /** Hands what was gathered to the wire. False: the wire asks to wait for its drain. */
  flush(): boolean
}

const CRLF = Buffer.from('\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/** @param isChunked Whether content goes in chunks; else as it is. */
export function createBodyWriter(wire: Wire, isChunked: boolean): BodyWriter {
  let gathered: Buffer[] = []
  let contentBytes = 0
  return {
    get contentBytes() {
      return contentBytes
    },
    head: (text) => void gathered.push(Buffer.from(text, 'latin1')),
    content(bytes) {
      contentBytes += bytes.length
      if (isChunked) gathered.push(Buffer.from(`${bytes.length.toString(16)}\r\n`, 'latin1'), bytes, CRLF)
      else gathered.push(bytes)
    },
    end(trailers = []) {
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
