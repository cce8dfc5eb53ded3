/** The header fields of a request as `req.hdrs_bin` of HAProxy has them: names and values with their lengths. */
import type { HeaderReader } from '../../request/authz-request.ts'
import { MalformedFrame, SpopReader } from './spop-reader.ts'

/** HAProxy accepts 101 by default (`tune.http.maxhdr`). */
const MAX_HEADERS = 1_000
/** A token of HTTP (RFC 9110 §5.6.2), in any case. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// Also CR and LF, at which another reader would end the field.
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\x00-\x08\x0a-\x1f\x7f]/

/** @returns Undefined if the bytes are no list of fields with its end. */
export function readSpopHeaders(text: string): HeaderReader | undefined {
  const reader = new SpopReader(Buffer.from(text, 'latin1'))
  const names: string[] = []
  const values: string[] = []
  try {
    for (;;) {
      const name = reader.text()
      const value = reader.text()
      if (name === '') return value === '' && reader.isAtEnd ? new SpopHeaders(names, values) : undefined
      if (!NAME.test(name) || FORBIDDEN.test(value) || names.length === MAX_HEADERS) return undefined
      names.push(name.toLowerCase())
      values.push(value)
    }
  } catch (fault) {
    if (fault instanceof MalformedFrame) return undefined
    throw fault
  }
}

/** A list: a decision reads two or three of them. */
class SpopHeaders implements HeaderReader {
  readonly #names: readonly string[]
  readonly #values: readonly string[]

  constructor(names: readonly string[], values: readonly string[]) {
    this.#names = names
    this.#values = values
  }

  /** A field that arrives twice is joined, so that it is found to be repeated (RFC 9110 §5.3). */
  get(lowerCaseName: string): string | null {
    let found: string | null = null
    for (let i = 0; i < this.#names.length; i++) {
      if (this.#names[i] !== lowerCaseName) continue
      const value = this.#values[i] as string
      found = found === null ? value : `${found}${lowerCaseName === 'cookie' ? '; ' : ', '}${value}`
    }
    return found
  }
}
