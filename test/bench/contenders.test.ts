import { expect, test } from 'bun:test'
import { measureContenders } from '../../bench/contenders.ts'
import { quantile } from '../../bench/rounds.ts'
import { cpuRow, formatVerdict } from '../../bench/row.ts'

test('a missing contender is passed on, and its row says MISSING', async () => {
  const cost = await measureContenders({
    ours: () => ({ cpuNs: 10, wallNs: 20 }),
    theirs: { missing: 'not installed' },
  })
  const row = cpuRow('ours / theirs', cost.ours, cost.theirs, 1)
  expect(formatVerdict(row)).toBe('MISSING')
  expect(row.detail).toBe('not installed')
})

test('a row is the ratio of the medians of all windows', async () => {
  const windows = (...costs: number[]) => costs.map((cpuNs) => ({ cpuNs, wallNs: 1 }))
  const cost = await measureContenders({
    ours: () => windows(10, 11, 900),
    theirs: () => windows(22, 22, 22),
  })
  expect(cpuRow('ours / theirs', cost.ours, cost.theirs, 0.5)).toMatchObject({ measured: 0.5 })
})

for (const [share, value] of [
  [0, 1],
  [0.1, 1.4],
  [0.5, 3],
  [1, 5],
] as const) {
  test(`a quantile lies between two values if need be: ${share}`, () => {
    expect(quantile([5, 3, 1, 2, 4], share)).toBeCloseTo(value)
  })
}
