/** Records of decisions, as the admin API answers them. */
import type { DecisionRecord } from '../../../src/admin/decision-record.ts'

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The id of a decision of that time; the number distinguishes those of one millisecond. */
export function idAt(timeMs: number, number = 0): string {
  let time = ''
  for (let rest = timeMs, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) time = DIGITS[rest % 32] + time
  return `${time}${String(number).padStart(16, '0')}`
}

export const record = (timeMs: number, parts: Partial<DecisionRecord> = {}): DecisionRecord => ({
  id: idAt(timeMs),
  timeMs,
  outcome: 'deny',
  reason: 'audience_mismatch',
  status: 401,
  route: 'read',
  policy: 'orders-read',
  issuer: 'main',
  caller: 'nginx',
  client: '203.0.113.7',
  method: 'GET',
  host: 'api.example.com',
  path: '/orders/42',
  detail: 'token ["account"], accepted ["api://orders"]',
  cached: false,
  durationMs: 0.0123,
  ...parts,
})
