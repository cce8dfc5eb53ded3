/** llhttp, the parser of Node.js, which the runtime has as well. */
import { createRequire } from 'node:module'

/** A whole message as llhttp reads it. */
export interface LlhttpMessage {
  /** Of a request; empty for an answer. */
  readonly method: string
  readonly target: string
  /** Of an answer; 0 for a request. */
  readonly status: number
  /** Name and value by turns. */
  readonly fields: readonly string[]
  readonly body: string
}

type ParserEvent = (...values: readonly never[]) => number
interface Llhttp extends Record<number, ParserEvent> {
  initialize(kind: number, resource: object): void
  execute(bytes: Buffer): number | Error
  finish(): Error | undefined
}
interface LlhttpClass extends Record<string, number> {
  new (): Llhttp
}
const { HTTPParser, methods } = createRequire(import.meta.url)('node:_http_common') as {
  readonly HTTPParser: LlhttpClass
  readonly methods: readonly string[]
}
const event = (name: string): number => HTTPParser[name] ?? -1

/** Names of the methods that llhttp knows. */
export const llhttpMethods: readonly string[] = methods

/** The whole requests in the bytes; a fault in place of what it refuses. */
export const readRequestsByLlhttp = (bytes: string): readonly (LlhttpMessage | Error)[] =>
  read('REQUEST', bytes, () => false, false)

/**
 * The whole answers in the bytes; a fault in place of what it refuses.
 *
 * @param isHead Whether the answer at this place is one to HEAD.
 * @param hasEnded Whether the connection ends behind the bytes.
 */
export const readAnswersByLlhttp = (
  bytes: string,
  isHead: (place: number) => boolean,
  hasEnded: boolean,
): readonly (LlhttpMessage | Error)[] => read('RESPONSE', bytes, isHead, hasEnded)

const NOTHING: LlhttpMessage = { method: '', target: '', status: 0, fields: [], body: '' }
/** What a parser gets at the end of a head: the message has no body, whatever the head announces. */
const SKIP_BODY = 1

function read(
  kind: 'REQUEST' | 'RESPONSE',
  bytes: string,
  isHead: (place: number) => boolean,
  hasEnded: boolean,
): readonly (LlhttpMessage | Error)[] {
  const parser = new HTTPParser()
  const found: (LlhttpMessage | Error)[] = []
  let message = NOTHING
  let early: readonly string[] = []
  parser.initialize(event(kind), {})
  const on = (name: string, told: (...values: never[]) => number | void): void => {
    parser[event(name)] = (...values) => told(...values) ?? 0
  }
  on('kOnHeaders', (fields: readonly string[], target: string) => {
    early = [...early, ...fields]
    message = { ...message, target: message.target + target }
  })
  type Complete = [number, number, readonly string[] | undefined, number, string | undefined, number]
  on('kOnHeadersComplete', (...[, , fields = [], method, target = '', status = 0]: Complete) => {
    const all = [...early, ...fields]
    message = {
      method: methods[method] ?? '',
      target: target || message.target,
      status,
      fields: all,
      body: '',
    }
    early = []
    return isHead(found.length) ? SKIP_BODY : 0
  })
  on('kOnBody', (part: Buffer) => {
    message = { ...message, body: message.body + part.toString('latin1') }
  })
  on('kOnMessageComplete', () => {
    found.push(message)
    message = NOTHING
    early = []
  })
  const end = parser.execute(Buffer.from(bytes, 'latin1'))
  if (typeof end !== 'number') return [...found, end]
  const fault = hasEnded ? parser.finish() : undefined
  return fault === undefined ? found : [...found, fault]
}
