/** Answers that the gateway gives itself: denials, bad requests, and what went wrong behind it. */
import { STATUS_CODES } from 'node:http'
import type { Deny } from '../decision/decision.ts'
import type { AnswerField } from './answer-fields.ts'

export interface OwnAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Values of `WWW-Authenticate` that an auth service gave, one line each. */
  readonly challenges?: readonly string[]
  /** Headers of a server's answer whose place this one takes. */
  readonly fields?: readonly AnswerField[]
}

/**
 * An RFC 9457 problem. It names the status and the decision's id, by which the operator finds the reason in the log;
 * nothing of the configuration, the upstream or the token. Empty where the status has no body.
 */
export const ownAnswerBody = ({ status }: OwnAnswer, id: string): string =>
  status === 204
    ? ''
    : `${JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? '', status, decision_id: id })}\n`

export function ownAnswerFields(
  { status, headers, challenges = [], fields = [] }: OwnAnswer,
  id: string,
): readonly AnswerField[] {
  const type = { name: 'Content-Type', value: 'application/problem+json' }
  return [
    ...Object.entries(headers).map(([name, value]) => ({ name, value })),
    ...challenges.map((value) => ({ name: 'WWW-Authenticate', value })),
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
 * @param challenges Those of an auth service; empty if none was asked.
 */
export function denialAnswer(
  { status, reason, challenge, retryAfterSeconds }: Deny,
  challenges: readonly string[],
): OwnAnswer {
  const headers: Record<string, string> = { 'X-Decision-Reason': reason }
  if (challenge !== undefined) headers['WWW-Authenticate'] = challenge
  if (retryAfterSeconds !== undefined) headers['Retry-After'] = String(retryAfterSeconds)
  return { status, headers, challenges }
}
