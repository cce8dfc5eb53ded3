/** Durations as operators write them: `30s`, `5m`, `500ms`, or a bare number of seconds. */
import { err, ok } from '../../result.ts'
import type { Result } from '../../result.ts'
import type { Problem } from '../problem.ts'
import { quoted } from '../../printable.ts'

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const DURATION = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h)?$/

/** @returns Milliseconds, a whole number. */
export function parseDuration(value: string | number): Result<number, Problem> {
  const match = DURATION.exec(String(value))
  const unitMs = UNIT_MS[match?.[2] ?? 's']
  const ms = Number(match?.[1]) * (unitMs ?? Number.NaN)
  if (Number.isSafeInteger(ms)) return ok(ms)
  return err({
    code: 'ERR_CONFIG_DURATION',
    message: `${quoted(String(value))} is not a duration`,
    hints: ['write a number with a unit: 500ms, 30s, 5m or 1h; a bare number is seconds'],
  })
}

/** The shortest exact spelling: 90,000 → `90s`, 300,000 → `5m`. */
export function formatDuration(ms: number): string {
  for (const unit of ['h', 'm', 's']) {
    const unitMs = UNIT_MS[unit] ?? 1
    if (ms >= unitMs && ms % unitMs === 0) return `${ms / unitMs}${unit}`
  }
  return ms === 0 ? '0s' : `${ms}ms`
}
