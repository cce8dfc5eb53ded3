/** Reads the answer of an auth service. Anything that neither allows nor denies clearly is a failure. */
import type { ForwardAuthSettings, MappedAnswerHeader } from '../../../settings/forward-auth/definition.ts'
import { AnswerHeadReader } from '../../../http/messages/answer-head-reader.ts'
import { createBodyReader, type BodyReader } from '../../../http/messages/body-reader.ts'
import { valuesOf, type HeaderField, type FieldLine } from '../../../http/messages/header-fields.ts'
import type { QueryParameter } from '../../exchange/mapped-query.ts'
import type { ResponseHead } from '../../../http/messages/response-head.ts'
import { denied, type Verdict } from '../judge.ts'

/** Longest value that is handed on: most servers read no longer header line. */
const MAX_VALUE_BYTES = 8_192
// Control characters are refused with the head; other bytes are read as UTF-8 here and as latin1 there.
const PLAIN = /^[\x20-\x7e]*$/

export function readAuthAnswer({ status, fields }: ResponseHead, settings: ForwardAuthSettings): Verdict {
  const cookies = answerCookies(fields, settings)
  if (status === 401 || status === 403) {
    const challenges = valuesOf(fields, 'www-authenticate')
    const denial = { reason: 'auth_service_denied', status } as const
    return denied({ denial, status }, { status, challenges, cookies })
  }
  const isAllowed = status === 200 || (settings.allowStatus === '2xx' && status >= 200 && status < 300)
  if (!isAllowed) return authFailure(`it answered ${status}`)
  const headers: FieldLine[] = []
  const params: QueryParameter[] = []
  /** Returns a description of an unusable value. */
  const grant = ({ from, to }: MappedAnswerHeader, granted: FieldLine[]): string | undefined => {
    const values = valuesOf(fields, from)
    const [value = ''] = values
    if (values.length > 1) return `it sent ${from} more than once`
    if (value.length > MAX_VALUE_BYTES) return `its ${from} is longer than 8 KiB`
    if (!PLAIN.test(value)) return `its ${from} is not visible ASCII`
    if (value !== '') granted.push({ name: to, value })
    return undefined
  }
  const faults = [
    ...settings.headers.map((mapping) => grant(mapping, headers)),
    ...settings.params.map((mapping) => grant(mapping, params)),
  ]
  const fault = faults.find((one) => one !== undefined)
  if (fault !== undefined) return authFailure(fault)
  return { kind: 'allowed', grant: { headers, params }, cookies }
}

/** Whether a cookie has one of these names, or begins as one with `*` at its end. */
const isNamedBy = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  )

/** Of a session that the service renews or ends. Its other cookies are not for the client. */
const answerCookies = (
  fields: readonly HeaderField[],
  { answerCookies: names }: ForwardAuthSettings,
): readonly string[] =>
  names.length === 0
    ? []
    : valuesOf(fields, 'set-cookie').filter(
        (value) =>
          isNamedBy(names, (value.split('=')[0] ?? '').trim()) &&
          value.length <= MAX_VALUE_BYTES &&
          PLAIN.test(value),
      )

/** @param fault For the operator's log. */
export const authFailure = (fault: string, status: 502 | 504 = 502): Verdict =>
  denied({ denial: { reason: 'auth_service_failed', fault }, status })

/** What the bytes of an answer that have arrived amount to. */
export type AnswerStep =
  | { readonly kind: 'more' }
  /** `detail`: for the log. */
  | { readonly kind: 'invalid'; readonly detail: string }
  /** `mayReuse`: whether the connection may carry another question. */
  | { readonly kind: 'whole'; readonly head: ResponseHead; readonly mayReuse: boolean }

export type AuthAnswerReader = ReturnType<typeof createAuthAnswerReader>

const MORE: AnswerStep = { kind: 'more' }
const invalid = (detail: string): AnswerStep => ({ kind: 'invalid', detail })
const TOO_LARGE = invalid('its answer is larger than `max_answer`')

/** @param maxBytes Of the body, of which only the end matters. */
export function createAuthAnswerReader(maxBytes: number) {
  const reader = new AnswerHeadReader('GET')
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
    get hasHeard(): boolean {
      return hasHeard
    },
    read(bytes: Buffer): AnswerStep {
      hasHeard = true
      return body === undefined || head === undefined ? readHead(bytes) : readBody(bytes, body, head)
    },
    /** The service sends no more. Not `isIntact`: the connection broke off, so the body has no end. */
    ended(isIntact: boolean): AnswerStep {
      if (head?.framing.kind !== 'until_close' || !isIntact)
        return invalid('it closed before the end of its answer')
      return { kind: 'whole', head, mayReuse: false }
    },
  }
}
