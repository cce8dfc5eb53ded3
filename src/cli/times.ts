/** Points in time, as people write and read them. */
import { parseDuration } from '../settings/values/quantities.ts'
import { usageError } from './usage-error.ts'

const EPOCH_SECONDS = /^\d{1,11}(?:\.\d{1,3})?$/
// RFC 3339 §5.6; an offset is required, or the answer would depend on the machine.
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/

/**
 * Epoch milliseconds of RFC 3339 or of epoch seconds.
 *
 * @throws WarderError ERR_CLI_USAGE
 */
export function parseTime(flag: string, text: string): number {
  if (EPOCH_SECONDS.test(text)) return Number(text) * 1000
  const ms = RFC_3339.test(text) ? Date.parse(text.replace(' ', 'T').toUpperCase()) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  throw usageError(`${flag}: not a point in time`, 'write 2026-11-21T17:09:55Z, or seconds since 1970')
}

/** RFC 3339 in UTC, to the second; undefined outside the years that have such a form. */
export function formatTime(ms: number): string | undefined {
  const date = new Date(ms)
  const year = date.getUTCFullYear()
  return year >= 0 && year <= 9999 ? date.toISOString().replace(/\.\d+Z$/, 'Z') : undefined
}

/** The longest `--timeout`, in milliseconds. */
const MAX_TIMEOUT_MS = 300_000

/**
 * Milliseconds of a flag for the longest wait.
 *
 * @throws WarderError ERR_CLI_USAGE
 */
export function parseTimeout(flag: string, text: string): number {
  const ms = parseDuration(text)
  if (ms.ok && ms.value > 0 && ms.value <= MAX_TIMEOUT_MS) return ms.value
  throw usageError(`${flag}: not a duration from 1ms to 5m`, 'write a number with a unit: 500ms or 3s')
}
