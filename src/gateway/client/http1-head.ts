/** Reads the head of each request from the bytes of an HTTP/1.1 connection. */
import { HeadCollector } from '../http/head-collector.ts'
import { MAX_HEAD_BYTES } from '../http/header-fields.ts'
import { parseRequestHead, type RequestFault, type RequestHead } from '../http/request-head.ts'

export type Http1HeadStep =
  | { readonly kind: 'more' }
  | { readonly kind: 'fault'; readonly fault: RequestFault }
  /** `rest`: what followed the head. */
  | { readonly kind: 'head'; readonly head: RequestHead; readonly rest: Buffer }

export interface Http1HeadReader {
  /** Whether no byte of the next head has arrived. */
  readonly isEmpty: boolean
  /** What an incomplete head takes up in memory. */
  readonly heldBytes: number
  read(bytes: Buffer): Http1HeadStep
}

/** More of them before a request are not an accident. */
const MAX_EMPTY_LINES = 4
const MORE: Http1HeadStep = { kind: 'more' }
const TOO_LARGE: Http1HeadStep = {
  kind: 'fault',
  fault: { status: 431, detail: 'the head has more than 96 KiB' },
}

/**
 * Ignores empty lines before a request line (RFC 9112 §2.2): some clients send a line end behind a body.
 *
 * @param onBegin Called with the first byte of each head.
 */
export function createHttp1HeadReader(onBegin: () => void): Http1HeadReader {
  const collector = new HeadCollector(MAX_HEAD_BYTES)
  /** Empty lines that were ignored before this head. */
  let emptyLines = 0
  const withoutEmptyLines = (bytes: Buffer): Buffer => {
    let at = 0
    while (emptyLines < MAX_EMPTY_LINES && bytes[at] === 0x0d && bytes[at + 1] === 0x0a) {
      emptyLines += 1
      at += 2
    }
    // Nearly always: a view of the same bytes would cost as much as the look.
    return at === 0 ? bytes : bytes.subarray(at)
  }
  const read = (arrived: Buffer): Http1HeadStep => {
    const bytes = collector.isEmpty ? withoutEmptyLines(arrived) : arrived
    if (bytes.length === 0) return MORE
    if (collector.isEmpty) onBegin()
    const step = collector.add(bytes)
    if (step.kind === 'more') return MORE
    if (step.kind === 'too_large') return TOO_LARGE
    // An empty line that came in pieces.
    if (step.text === '' && emptyLines < MAX_EMPTY_LINES) {
      emptyLines += 2
      return read(step.rest)
    }
    const isBehindLine = step.text.startsWith('\r\n') && emptyLines < MAX_EMPTY_LINES
    const head = parseRequestHead(isBehindLine ? step.text.slice(2) : step.text)
    emptyLines = 0
    return head.ok
      ? { kind: 'head', head: head.value, rest: step.rest }
      : { kind: 'fault', fault: head.error }
  }
  return {
    get isEmpty() {
      return collector.isEmpty
    },
    get heldBytes() {
      return collector.heldBytes
    },
    read,
  }
}
