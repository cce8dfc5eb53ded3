import { expect, it } from 'bun:test'
import { formatDistance } from '../../../src/decision/explain/format-distance.ts'

const CASES: readonly (readonly [seconds: number, text: string])[] = [
  [0, 'now'],
  [0.4, 'now'],
  [-1, '1 s ago'],
  [130, 'in 2 m 10 s'],
  [-3600, '1 h ago'],
  [-3605, '1 h ago'],
  [-273_600, '3 d 4 h ago'],
  [86_400, 'in 1 d'],
]
for (const [seconds, text] of CASES) {
  it(`is "${text}" for ${seconds} seconds`, () => expect(formatDistance(seconds)).toBe(text))
}
