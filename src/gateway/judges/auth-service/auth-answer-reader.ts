/** Reads one answer of an auth service, to its end. */
import { createBodyReader, type BodyReader } from '../../http/body-reader.ts'
import { createHeadCollector } from '../../http/head-collector.ts'
import { MAX_HEAD_BYTES } from '../../http/header-fields.ts'
import { parseResponseHead, type ResponseHead } from '../../http/response-head.ts'

export interface AnswerStep {
  readonly kind: 'more' | 'whole' | 'invalid'
  /** What is wrong with it, for the log. */
  readonly detail: string
  /** Whether the connection may carry another question. */
  readonly mayReuse: boolean
  /** Of a whole answer. */
  readonly head: ResponseHead | undefined
}

export interface AuthAnswerReader {
  readonly hasHeard: boolean
  read(bytes: Buffer): AnswerStep
  /** The service sends no more. Not `isIntact`: the connection broke off, which ends no body. */
  ended(isIntact: boolean): AnswerStep
}

/** Interim answers that a service may send before the final one. */
const MAX_INTERIM = 16
const MORE: AnswerStep = { kind: 'more', detail: '', mayReuse: false, head: undefined }
const invalid = (detail: string): AnswerStep => ({
  kind: 'invalid',
  detail,
  mayReuse: false,
  head: undefined,
})
const TOO_LARGE = invalid('its answer is larger than `max_answer`')

/** @param maxBytes Of the body, which nobody needs but for its end. */
export function createAuthAnswerReader(maxBytes: number): AuthAnswerReader {
  const collector = createHeadCollector(MAX_HEAD_BYTES)
  let head: ResponseHead | undefined
  let body: BodyReader | undefined
  let hasHeard = false
  let interim = 0
  let bodyBytes = 0
  const readHead = (bytes: Buffer): AnswerStep => {
    const step = collector.add(bytes)
    if (step.kind === 'more') return MORE
    if (step.kind === 'too_large') return invalid('its head has more than 96 KiB')
    const parsed = parseResponseHead(step.text, 'GET')
    if (!parsed.ok) return invalid(`its answer is invalid: ${parsed.error}`)
    if (parsed.value.status === 101) return invalid('it changed to another protocol')
    if (parsed.value.status < 200) {
      interim += 1
      if (interim > MAX_INTERIM) return invalid('it sent too many interim answers')
      return step.rest.length === 0 ? MORE : readHead(step.rest)
    }
    head = parsed.value
    body = createBodyReader(head.framing)
    if (head.framing.kind === 'length' && head.framing.bytes > maxBytes) return TOO_LARGE
    return readBody(step.rest, body, head)
  }
  const readBody = (bytes: Buffer, from: BodyReader, of: ResponseHead): AnswerStep => {
    const taken = from.read(bytes, (content) => {
      bodyBytes += content.length
    })
    if (taken < 0) return invalid('its answer is invalid: a chunk that is none')
    if (bodyBytes > maxBytes) return TOO_LARGE
    if (!from.isDone) return MORE
    return { kind: 'whole', detail: '', mayReuse: of.mayReuse && taken === bytes.length, head: of }
  }
  return {
    get hasHeard() {
      return hasHeard
    },
    read(bytes) {
      hasHeard = true
      return body === undefined || head === undefined ? readHead(bytes) : readBody(bytes, body, head)
    },
    ended(isIntact) {
      if (head?.framing.kind !== 'until_close' || !isIntact)
        return invalid('it closed before the end of its answer')
      return { kind: 'whole', detail: '', mayReuse: false, head }
    },
  }
}
