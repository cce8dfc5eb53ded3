/** Reads the head of each request from the bytes of an HTTP/1.1 connection. */
import { HeadCollector } from '../messages/head-collector.ts'
import { MAX_HEAD_BYTES } from '../messages/header-fields.ts'
import type { RequestFault } from '../messages/framing.ts'
import { parseRequestHead, type RequestHead } from '../messages/request-head.ts'

export type Http1HeadStep =
  | { readonly kind: 'more' }
  | { readonly kind: 'fault'; readonly fault: RequestFault }
  /** `rest`: what followed the head. */
  | { readonly kind: 'head'; readonly head: RequestHead; readonly rest: Buffer }

/** More of them before a request are not an accident. */
const MAX_EMPTY_LINES = 4
const MORE: Http1HeadStep = { kind: 'more' }
const TOO_LARGE: Http1HeadStep = {
  kind: 'fault',
  fault: { status: 431, detail: 'the head has more than 96 KiB' },
}

/** Ignores empty lines before a request line (RFC 9112 §2.2): some clients send a line end behind a body. */
export class Http1HeadReader {
  readonly #collector = new HeadCollector(MAX_HEAD_BYTES)
  readonly #onBegin: () => void
  /** Empty lines that were ignored before this head. */
  #emptyLines = 0

  /** @param onBegin Called with the first bytes of a head that is not whole yet. */
  constructor(onBegin: () => void) {
    this.#onBegin = onBegin
  }

  /** Whether no byte of the next head has arrived. */
  get isEmpty(): boolean {
    return this.#collector.isEmpty
  }

  /** What an incomplete head takes up in memory. */
  get heldBytes(): number {
    return this.#collector.heldBytes
  }

  read(arrived: Buffer): Http1HeadStep {
    const bytes = this.isEmpty ? this.#withoutEmptyLines(arrived) : arrived
    if (bytes.length === 0) return MORE
    const isFirst = this.isEmpty
    const step = this.#collector.add(bytes)
    if (step.kind === 'more') {
      if (isFirst) this.#onBegin()
      return MORE
    }
    if (step.kind === 'too_large') return TOO_LARGE
    // An empty line that came in pieces.
    if (step.text === '' && this.#emptyLines < MAX_EMPTY_LINES) {
      this.#emptyLines += 2
      return this.read(step.rest)
    }
    const isBehindLine = step.text.startsWith('\r\n') && this.#emptyLines < MAX_EMPTY_LINES
    const head = parseRequestHead(isBehindLine ? step.text.slice(2) : step.text)
    this.#emptyLines = 0
    return head.ok
      ? { kind: 'head', head: head.value, rest: step.rest }
      : { kind: 'fault', fault: head.error }
  }

  #withoutEmptyLines(bytes: Buffer): Buffer {
    let at = 0
    while (this.#emptyLines < MAX_EMPTY_LINES && bytes[at] === 0x0d && bytes[at + 1] === 0x0a) {
      this.#emptyLines += 1
      at += 2
    }
    // Nearly always: a view of the same bytes would cost as much as the look.
    return at === 0 ? bytes : bytes.subarray(at)
  }
}
