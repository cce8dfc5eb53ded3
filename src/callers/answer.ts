/** Parts of an answer that all callers share. */
import type { Allow, Deny } from '../decision/decision.ts'
import type { CallerAnswer } from './caller.ts'

/**
 * Exactly 200, no body, every identity header, and the decision's id. Empty headers are sent on purpose: with them,
 * the proxy overwrites the client's.
 */
export function renderAllow(decision: Allow, identityNames: readonly string[]): CallerAnswer {
  const headers: Record<string, string> = { 'x-decision-id': decision.id }
  for (let i = 0; i < identityNames.length; i++)
    headers[identityNames[i] as string] = decision.identity[i] ?? ''
  return { status: 200, headers, body: null }
}

/** Headers of a denial: no identity, never the token, and no permission to cache. */
export function denyHeaders(decision: Deny): Record<string, string> {
  const headers: Record<string, string> = {
    'x-decision-id': decision.id,
    'x-decision-reason': decision.reason,
    'cache-control': 'no-store',
  }
  if (decision.challenge !== undefined) headers['www-authenticate'] = decision.challenge
  if (decision.retryAfterSeconds !== undefined) headers['retry-after'] = String(decision.retryAfterSeconds)
  return headers
}
