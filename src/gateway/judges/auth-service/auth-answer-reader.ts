/** Reads one answer of an auth service, to its end. */
import { createBodyReader, type BodyReader } from '../../http/body-reader.ts'
import { createAnswerHeadReader } from '../../http/answer-head-reader.ts'
import type { ResponseHead } from '../../http/response-head.ts'

export type AnswerStep =
  | { readonly kind: 'more' }
  /** `detail`: for the log. */
  | { readonly kind: 'invalid'; readonly detail: string }
  /** `mayReuse`: whether the connection may carry another question. */
  | { readonly kind: 'whole'; readonly head: ResponseHead; readonly mayReuse: boolean }

export interface AuthAnswerReader {
  readonly hasHeard: boolean
  read(bytes: Buffer): AnswerStep
  /** The service sends no more. Not `isIntact`: the connection broke off, so the body has no end. */
  ended(isIntact: boolean): AnswerStep
}

const MORE: AnswerStep = { kind: 'more' }
const invalid = (detail: string): AnswerStep => ({ kind: 'invalid', detail })
const TOO_LARGE = invalid('its answer is larger than `max_answer`')

/** @param maxBytes Of the body, of which only the end matters. */
export function createAuthAnswerReader(maxBytes: number): AuthAnswerReader {
  const reader = createAnswerHeadReader('GET')
  let head: ResponseHead | undefined
  let body: BodyReader | undefined
  let hasHeard = false
  let bodyBytes = 0
  const readHead = (bytes: Buffer): AnswerStep => {
    const step = reader.read(bytes)
    if (step.kind === 'more') return MORE
    if (step.kind === 'invalid') return invalid(`its answer is invalid: ${step.detail}`)
    if (step.head.status === 101) return invalid('it changed to another protocol')
    head = step.head
    body = createBodyReader(head.framing)
    if (head.framing.kind === 'length' && head.framing.bytes > maxBytes) return TOO_LARGE
    return readBody(step.rest, body, head)
  }
  const readBody = (bytes: Buffer, from: BodyReader, of: ResponseHead): AnswerStep => {
    const usedBytes = from.read(bytes, (content) => {
      bodyBytes += content.length
    })
    if (usedBytes < 0) return invalid('its answer is invalid: an invalid chunk')
    if (bodyBytes > maxBytes) return TOO_LARGE
    if (!from.isDone) return MORE
    return { kind: 'whole', head: of, mayReuse: of.mayReuse && usedBytes === bytes.length }
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
      return { kind: 'whole', head, mayReuse: false }
    },
  }
}
