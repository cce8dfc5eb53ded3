/** Answers that the gateway gives itself: denials, bad requests, and what went wrong behind it. */
import { STATUS_CODES } from 'node:http'
import type { Deny } from '../../decision/decision.ts'
import { problemText } from '../../decision/problem.ts'
import type { DenyReason } from '../../decision/reasons.ts'
import type { AnswerField } from './answer-fields.ts'
import type { GatewayFault } from '../gateway-event.ts'
import type { AuthDenial } from '../judges/auth-service/auth-answer.ts'

export interface OwnAnswer {
  readonly status: number
  /** Of a denial, or the fault; undefined where the answer is neither, as that of a preflight. */
  readonly reason?: DenyReason | GatewayFault | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Headers of which there may be several: challenges, cookies. */
  readonly fields?: readonly AnswerField[]
}

/**
 * An RFC 9457 problem. It names the status, the reason and the decision's id, by which the operator finds more in the
 * log; nothing of the configuration, the upstream or the token. Empty where the status has no body.
 */
export function ownAnswerBody({ status, reason }: OwnAnswer, id: string): string {
  if (status === 204) return ''
  const title = STATUS_CODES[status] ?? ''
  if (reason !== undefined) return problemText({ status, title, code: reason, decisionId: id })
  return `${JSON.stringify({ type: 'about:blank', title, status, decision_id: id })}\n`
}

export function ownAnswerFields(
  { status, reason, headers, fields = [] }: OwnAnswer,
  id: string,
): readonly AnswerField[] {
  const type = { name: 'Content-Type', value: 'application/problem+json' }
  return [
    ...(reason === undefined ? [] : [{ name: 'X-Decision-Reason', value: reason }]),
    ...Object.entries(headers).map(([name, value]) => ({ name, value })),
    ...fields,
    ...(status === 204 ? [] : [type]),
    { name: 'Cache-Control', value: 'no-store' },
    { name: 'X-Decision-Id', value: id },
  ]
}

/** Both as the bytes of HTTP/1.1. */
export function ownAnswerText(own: OwnAnswer, id: string, isHead: boolean, keepAlive: boolean): string {
  const body = ownAnswerBody(own, id)
  let text = `HTTP/1.1 ${own.status} ${STATUS_CODES[own.status] ?? ''}\r\n`
  for (const { name, value } of ownAnswerFields(own, id)) text += `${name}: ${value}\r\n`
  if (body !== '') text += `Content-Length: ${body.length}\r\n`
  text += `${keepAlive ? '' : 'Connection: close\r\n'}\r\n`
  return isHead ? text : text + body
}

/**
 * The client's part of a denial: the status, the reason's code, the challenge, and when to come back.
 *
 * @param denial The word of an auth service; undefined if it was not its.
 */
export function denialAnswer(
  { status, reason, challenge, retryAfterSeconds }: Deny,
  denial: AuthDenial | undefined,
): OwnAnswer {
  const headers: Record<string, string> = {}
  if (challenge !== undefined) headers['WWW-Authenticate'] = challenge
  if (retryAfterSeconds !== undefined) headers['Retry-After'] = String(retryAfterSeconds)
  if (denial === undefined) return { status, reason, headers }
  const { challenges, cookies, location } = denial
  const fields = cookieFields(cookies)
  if (location !== undefined)
    return { status: 302, reason, headers: { ...headers, Location: location }, fields }
  const named = challenges.map((value) => ({ name: 'WWW-Authenticate', value }))
  return { status, reason, headers, fields: [...named, ...fields] }
}

/** @param values Of `Set-Cookie`. */
export const cookieFields = (values: readonly string[]): readonly AnswerField[] =>
  values.map((value) => ({ name: 'Set-Cookie', value }))
