import { describe, expect, test } from 'bun:test'
import { drawBars } from '../../bench/bars.ts'
import { createCharts, shareOfBudget } from '../../bench/charts.ts'
import { missingRow, type Row, withPeer } from '../../bench/row.ts'

const row = (what: string, measured: number, budget?: Row['budget']): Row => ({
  what,
  measured,
  unit: 'ratio',
  detail: '',
  ...(budget === undefined ? {} : { budget }),
})

describe('the used part of a budget', () => {
  for (const [measured, budget, share] of [
    [0.65, { atMost: 1.3 }, 0.5],
    [2.6, { atMost: 1.3 }, 2],
    [3.6, { atLeast: 1.8 }, 0.5],
    [0.9, { atLeast: 1.8 }, 2],
  ] as const) {
    test(`is ${share} of ${JSON.stringify(budget)} at ${measured}`, () => {
      expect(shareOfBudget(row('x', measured, budget))).toBeCloseTo(share)
    })
  }

  test('is no number without a budget', () => {
    expect(shareOfBudget(row('x', 1))).toBeNaN()
  })
})

describe('the charts of a run', () => {
  test('show every budget, that of a missing contender too', () => {
    const rows = [
      row('hit', 1, { atMost: 2 }),
      row('missed', 3, { atMost: 2 }),
      missingRow('absent', { missing: 'not installed' }, 1),
      row('without', 1),
    ]
    const bars = createCharts(rows)
      .get('budgets')
      ?.bars.map(({ label, kind }) => [label, kind])
    expect(bars).toEqual([
      ['hit', 'hit'],
      ['missed', 'miss'],
      ['absent', 'missing'],
    ])
  })

  test('have the cost of each peer, with Warder as 1, the cheapest first', () => {
    const rows = [
      withPeer(row('a', 0.5), 'gateway', 'twice the cost'),
      withPeer(row('b', 4), 'gateway', 'a quarter of the cost'),
      withPeer(missingRow('c', { missing: 'not installed' }), 'gateway', 'absent'),
    ]
    const bars = createCharts(rows)
      .get('gateway')
      ?.bars.map(({ kind, value }) => [kind, value])
    expect(bars).toEqual([
      ['plain', 0.25],
      ['own', 1],
      ['plain', 2],
      ['missing', Number.NaN],
    ])
  })

  test('are left out without rows', () => {
    expect([...createCharts([]).keys()]).toEqual(['budgets'])
  })
})

describe('a chart', () => {
  test('escapes labels, draws no bar for a missing number, and cuts what is much longer than the rest', () => {
    const svg = drawBars({
      title: 'a & b',
      one: '<1>',
      bars: [
        { label: 'cut', value: 50 },
        { label: 'gone', value: Number.NaN, kind: 'missing' },
      ],
    })
    expect(svg).toContain('a &amp; b')
    expect(svg).toContain('&lt;1&gt;')
    expect(svg).toContain('50.00 …')
    expect(svg).toContain('not measured')
    expect(svg).not.toContain('NaN')
  })
})
