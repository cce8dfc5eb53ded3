/** Sizes as operators write them: `8KiB`, `1MiB`, or a bare number of bytes. */
import { err, ok } from '../../result.ts'
import type { Result } from '../../result.ts'
import type { Problem } from '../problem.ts'
import { quoted } from '../../printable.ts'

const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }
const BYTE_SIZE = /^(\d{1,12})(B|KiB|MiB|GiB)?$/

/** @returns Bytes, a whole number. */
export function parseByteSize(value: string | number): Result<number, Problem> {
  const match = BYTE_SIZE.exec(String(value))
  const bytes = Number(match?.[1]) * (UNIT_BYTES[match?.[2] ?? 'B'] ?? Number.NaN)
  if (Number.isSafeInteger(bytes)) return ok(bytes)
  return err({
    code: 'ERR_CONFIG_SIZE',
    message: `${quoted(String(value))} is not a size`,
    // KB and MB mean two different sizes to different people.
    hints: ['write a whole number with a unit: 512B, 8KiB or 1MiB; a bare number is bytes'],
  })
}

/** The shortest exact spelling: 8,192 → `8KiB`. */
export function formatByteSize(bytes: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB']) {
    const unitBytes = UNIT_BYTES[unit] ?? 1
    if (bytes >= unitBytes && bytes % unitBytes === 0) return `${bytes / unitBytes}${unit}`
  }
  return `${bytes}B`
}
