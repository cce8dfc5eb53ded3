/** Answers that the gateway gives itself: denials, bad requests, and what went wrong behind it. */
import { STATUS_CODES } from 'node:http'
import type { Deny } from '../decision/decision.ts'

export interface OwnAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Values of `WWW-Authenticate` that an auth service gave, one line each. */
  readonly challenges?: readonly string[]
}

/**
 * The bytes of an answer with an RFC 9457 problem. It names the status and the decision's id, by which the operator
 * finds the reason in the log; nothing of the configuration, the upstream or the token.
 */
export function ownAnswerText(
  { status, headers, challenges = [] }: OwnAnswer,
  id: string,
  isHead: boolean,
  keepAlive: boolean,
): string {
  const phrase = STATUS_CODES[status] ?? ''
  const body = `${JSON.stringify({ type: 'about:blank', title: phrase, status, decision_id: id })}\n`
  let text = `HTTP/1.1 ${status} ${phrase}\r\n`
  for (const [name, value] of Object.entries(headers)) text += `${name}: ${value}\r\n`
  for (const challenge of challenges) text += `WWW-Authenticate: ${challenge}\r\n`
  text += `Content-Type: application/problem+json\r\nContent-Length: ${body.length}\r\nCache-Control: no-store\r\n`
  text += `X-Decision-Id: ${id}\r\n${keepAlive ? '' : 'Connection: close\r\n'}\r\n`
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
