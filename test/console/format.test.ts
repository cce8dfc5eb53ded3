import { describe, expect, it } from 'bun:test'
import {
  formatAge,
  formatBytes,
  formatClock,
  formatCount,
  formatMs,
  formatNumber,
  formatSpan,
  formatTimeOfDay,
  zoneName,
} from '../../src/console/format.ts'

const NOW = Date.UTC(2026, 10, 29, 12, 30, 0)

describe('numbers and times of the console', () => {
  const TEXTS: readonly (readonly [shown: string, text: string])[] = [
    [formatCount(1_234_567), '1,234,567'],
    [formatNumber(0.512_3), '0.512'],
    [formatNumber(12.34), '12.3'],
    [formatNumber(1_234.5), '1,235'],
    [formatBytes(512), '512 B'],
    [formatBytes(12_600), '12.3 KiB'],
    [formatBytes(117 * 1024 ** 2), '117 MiB'],
    [formatMs(0.012_4), '12.4 µs'],
    [formatMs(3.4), '3.4 ms'],
    [formatMs(1_200), '1.2 s'],
    [formatSpan(0), '0 s'],
    [formatSpan(59_400), '59 s'],
    [formatSpan(90_000), '1 min'],
    [formatSpan(3_600_000 + 300_000), '1 h 5 min'],
    [formatSpan(2 * 86_400_000 + 4 * 3_600_000), '2 d 4 h'],
    [formatAge(NOW - 60_000, NOW), '1 min ago'],
    [formatAge(NOW + 60_000, NOW), 'in 1 min'],
    [formatTimeOfDay(NOW, true, NOW), '12:30:00'],
    [formatTimeOfDay(NOW - 86_400_000, true, NOW), '2026-11-28 12:30:00'],
    [formatClock(NOW, true, false), '12:30'],
    [formatClock(NOW, true, true), '12:30:00'],
    [zoneName(true, NOW), 'UTC'],
  ]
  for (const [shown, text] of TEXTS) it(`have their unit: ${text}`, () => expect(shown).toBe(text))
})
