/** Durations and sizes as operators write them: `30s`, `500ms`, `8KiB`, or a bare number of seconds or bytes. */
import { quoted } from '../../printable.ts'
import { ok, type Result } from '../../result.ts'
import { refuse, type Problem } from '../problem.ts'

/** The largest unit first. */
const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }
const UNIT_BYTES = { GiB: 1024 ** 3, MiB: 1024 ** 2, KiB: 1024, B: 1 }

const DURATION = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h)?$/
const BYTE_SIZE = /^(\d{1,12})(B|KiB|MiB|GiB)?$/

/** @returns Milliseconds, a whole number. */
export function parseDuration(value: string | number): Result<number, Problem> {
  const [, number, unit = 's'] = DURATION.exec(String(value)) ?? []
  const ms = Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS]
  if (Number.isSafeInteger(ms)) return ok(ms)
  const hint = 'write a number with a unit: 500ms, 30s, 5m or 1h; a bare number is seconds'
  return refuse('ERR_CONFIG_DURATION', `${quoted(String(value))} is not a duration`, hint)
}

/** @returns Bytes, a whole number. */
export function parseByteSize(value: string | number): Result<number, Problem> {
  const [, number, unit = 'B'] = BYTE_SIZE.exec(String(value)) ?? []
  const bytes = Number(number) * UNIT_BYTES[unit as keyof typeof UNIT_BYTES]
  if (Number.isSafeInteger(bytes)) return ok(bytes)
  // KB and MB mean two different sizes to different people.
  const hint = 'write a whole number with a unit: 512B, 8KiB or 1MiB; a bare number is bytes'
  return refuse('ERR_CONFIG_SIZE', `${quoted(String(value))} is not a size`, hint)
}

/** The shortest exact spelling: 90,000 → `90s`, 300,000 → `5m`. */
export const formatDuration = (ms: number): string => (ms === 0 ? '0s' : shortest(ms, UNIT_MS, 'ms'))

/** The shortest exact spelling: 8,192 → `8KiB`. */
export const formatByteSize = (bytes: number): string => shortest(bytes, UNIT_BYTES, 'B')

function shortest(value: number, units: Readonly<Record<string, number>>, least: string): string {
  const [unit, size] = Object.entries(units).find(([, one]) => value >= one && value % one === 0) ?? [
    least,
    1,
  ]
  return `${value / size}${unit}`
}
