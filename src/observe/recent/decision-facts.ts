/** The facts of a decision that are kept: few, short, and safe to print. */
import type { DecisionRecord } from '../../admin/decision-record.ts'
import type { Decision } from '../../decision/decision.ts'
import { describeDenial } from '../../decision/explain/describe-denial.ts'
import type { DecisionEvent } from '../decision-log.ts'
import { redact } from '../redact.ts'

/** A method is a word, unless a client makes one up. */
const MAX_METHOD_LENGTH = 32

/** What is kept of a decision; redacted as in the log. */
export function factsOf(event: DecisionEvent): DecisionRecord {
  const { decision, request, status, via, clientAddress, durationMs } = event
  const detail = decision.outcome === 'deny' ? describeDenial(decision.denial) : undefined
  return {
    id: decision.id,
    timeMs: Math.floor(secondsOf(decision) * 1_000),
    outcome: decision.outcome,
    reason: decision.reason,
    status,
    route: decision.route ?? null,
    policy: decision.policy ?? null,
    issuer: decision.issuer ?? null,
    caller: via,
    client: clientAddress ?? null,
    method: request === undefined ? null : redact(request.method, MAX_METHOD_LENGTH),
    host: request === undefined ? null : redact(request.host),
    // The query is left out: it may hold a token or a person's data.
    path: request === undefined ? null : redact(request.path),
    detail: detail === undefined ? null : redact(detail),
    cached: decision.isCacheHit === true,
    durationMs: Math.round(durationMs * 1_000) / 1_000,
  }
}

/** When a decision was made, in epoch seconds. */
export const secondsOf = ({ atSeconds = Number.NaN, id }: Pick<Decision, 'atSeconds' | 'id'>): number =>
  Number.isFinite(atSeconds) ? atSeconds : timeOfId(id) / 1_000

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** Digits of the time in front of a ULID. */
const TIME_LENGTH = 10

/** The epoch milliseconds of a ULID. */
function timeOfId(id: string): number {
  let ms = 0
  for (let i = 0; i < TIME_LENGTH; i++) ms = ms * DIGITS.length + Math.max(0, DIGITS.indexOf(id.charAt(i)))
  return ms
}
