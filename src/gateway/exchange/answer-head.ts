/** The head of a server's answer as the client is sent it. */
import type { AnswerHead } from '../client/client-stream.ts'
import { valuesOf } from '../http/header-fields.ts'
import type { RequestHead } from '../http/request-head.ts'
import type { ResponseHead } from '../http/response-head.ts'
import { answerFields, type AnswerRules } from './answer-fields.ts'
import { protocolToSelect, type StripRule } from './strip-token.ts'

/** What is the same for all heads of one exchange. */
export interface AnswerHeadRules {
  /** Of the request. */
  readonly head: RequestHead
  readonly decisionId: string
  readonly rules: AnswerRules
  /** Of the request. */
  readonly strip: StripRule | undefined
}

export function toAnswerHead(found: ResponseHead, { decisionId, head, rules }: AnswerHeadRules): AnswerHead {
  const { status, phrase, framing } = found
  const fields = answerFields(found.fields, head.takesTrailers, rules)
  fields.push({ name: 'X-Decision-Id', value: decisionId })
  return { status, phrase, fields, length: lengthOf(found), hasBody: framing.kind !== 'none' }
}

/** For a WebSocket. A server that was only offered the token's subprotocols selects none. */
export function toUpgradeHead(found: ResponseHead, rules: AnswerHeadRules): AnswerHead {
  const answer = toAnswerHead(found, rules)
  const selected = protocolToSelect(rules.head.fields, rules.strip)
  const name = 'Sec-WebSocket-Protocol'
  const hasOne = answer.fields.some((field) => field.name.toLowerCase() === name.toLowerCase())
  if (selected === undefined || hasOne) return answer
  return { ...answer, fields: [...answer.fields, { name, value: selected }] }
}

/** Without a body, the length that it would have: of HEAD and 304. */
function lengthOf({ framing, fields, status }: ResponseHead): number | undefined {
  if (framing.kind === 'length') return framing.bytes
  const [length] =
    framing.kind === 'none' && status >= 200 && status !== 204 ? valuesOf(fields, 'content-length') : []
  return length === undefined ? undefined : Number(length)
}
