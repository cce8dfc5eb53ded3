/** How long a server asks to be left alone. */
import { parseHttpDate } from './http-date.ts'

/**
 * Milliseconds from now; undefined when nothing is said, or nothing that can be read. Not bounded here.
 *
 * @see RFC 9110 §10.2.3
 */
export function readRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,10}$/.test(value)) return Number(value) * 1_000
  const until = parseHttpDate(value)
  return until === undefined ? undefined : Math.max(0, until - nowMs)
}
