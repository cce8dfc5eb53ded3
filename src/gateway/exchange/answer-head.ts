/** The head and the trailers of a server's answer as the client is sent them. */
import type { AnswerHead } from '../../http/connections/client-stream.ts'
import {
  connectionNames,
  valuesOf,
  type FieldLine,
  type HeaderField,
} from '../../http/messages/header-fields.ts'
import type { ResponseHead } from '../../http/messages/response-head.ts'
import type { ForwardingInput } from './exchange-context.ts'
import { isHopByHopName } from './forward-headers.ts'
import { protocolToSelect } from './strip-token.ts'

export function toAnswerHead(found: ResponseHead, input: ForwardingInput): AnswerHead {
  const { status, phrase, framing } = found
  const fields = answerFields(found.fields, input)
  fields.push({ name: 'X-Decision-Id', value: input.judgement.decision.id })
  return { status, phrase, fields, length: lengthOf(found), hasBody: framing.kind !== 'none' }
}

/** For a WebSocket. A server that was only offered the token's subprotocols selects none. */
export function toUpgradeHead(found: ResponseHead, input: ForwardingInput): AnswerHead {
  const answer = toAnswerHead(found, input)
  const selected = protocolToSelect(input.client.head.fields, input.destination.strip)
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

/** Header fields, without those of framing and of the connection. */
function answerFields(
  fields: readonly HeaderField[],
  { client, corsHeaders, cookies }: ForwardingInput,
): FieldLine[] {
  const named = connectionNames(fields)
  const kept: FieldLine[] = []
  for (const field of fields) {
    const { lower } = field
    const isAnnouncement = lower === 'trailer' && client.head.takesTrailers && !named.has(lower)
    if (!isAnnouncement && (isHopByHopName(lower) || named.has(lower) || isOurs(lower))) continue
    if (corsHeaders !== undefined && lower.startsWith('access-control-')) continue
    kept.push(field)
  }
  for (const [name, value] of Object.entries(corsHeaders ?? {})) kept.push({ name, value })
  // Behind the server's, so that they win.
  kept.push(...cookies)
  return kept
}

// Fields without which a status cannot be understood (RFC 9110 §10.2.1, §10.2.3, §11.6.1).
const KEPT_OF_INTERCEPTED: ReadonlySet<string> = new Set(['allow', 'retry-after', 'www-authenticate'])

/** Headers that are kept of an answer whose body is replaced. */
export const interceptedFields = (fields: readonly HeaderField[]): readonly FieldLine[] =>
  fields.filter(({ lower }) => KEPT_OF_INTERCEPTED.has(lower))

const isOurs = (lower: string): boolean => lower.startsWith('x-decision-')

/**
 * Names that a trailer must not have (RFC 9110 §6.5.1): a client that merges trailers into the head would learn too
 * late how the body is framed, cached or decoded, or which user is signed in.
 */
const NOT_IN_TRAILERS =
  /^(?:content-|cache-control$|age$|date$|expires$|location$|retry-after$|vary$|set-cookie|www-authenticate$|authentication-info$|access-control-|strict-transport-security$)/

/** The trailer fields that the client is sent. */
export const answerTrailers = (fields: readonly FieldLine[]): readonly FieldLine[] =>
  fields.filter(({ name }) => {
    const lower = name.toLowerCase()
    return !isHopByHopName(lower) && !isOurs(lower) && !NOT_IN_TRAILERS.test(lower)
  })
