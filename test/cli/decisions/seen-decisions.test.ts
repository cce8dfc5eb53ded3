import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createSeenDecisions } from '../../../src/cli/decisions/seen-decisions.ts'
import type { JsonObject } from '../../../src/strict-json.ts'
import { idAt, record } from './records.ts'

const T = Date.parse('2026-11-21T17:00:00Z')
const at = (ms: number, number = 0): JsonObject => ({ ...record(T + ms), id: idAt(T + ms, number) })
const idsOf = (records: readonly JsonObject[]): readonly unknown[] => records.map(({ id }) => id)

describe('decisions that were printed', () => {
  it('are not printed again, and the new ones come oldest first', () => {
    const seen = createSeenDecisions([at(1)], 10)
    expect(idsOf(seen.add([at(3), at(2), at(1)]))).toEqual([idAt(T + 2), idAt(T + 3)])
    expect(idsOf(seen.add([at(4), at(3), at(2), at(1)]))).toEqual([idAt(T + 4)])
  })

  it('leave room for a process that answers late', () => {
    const seen = createSeenDecisions([at(10_000), at(5_000)], 10)
    expect(seen.position()).toBe(idAt(T + 7_000))
    expect(idsOf(seen.add([at(10_000), at(9_500, 1)]))).toEqual([idAt(T + 9_500, 1)])
  })

  it('hide the older ones that the limit has left out', () => {
    const seen = createSeenDecisions([at(10_000), at(9_900)], 2)
    expect(idsOf(seen.add([at(10_000), at(9_950), at(9_900), at(9_800)]))).toEqual([idAt(T + 9_950)])
  })

  it('are followed from nowhere if there are none', () => {
    const seen = createSeenDecisions([], 10)
    expect(seen.position()).toBeUndefined()
    expect(idsOf(seen.add([at(1)]))).toEqual([idAt(T + 1)])
  })

  it('are never of another program', () => {
    const seen = createSeenDecisions([{ id: 7 }, {}], 10)
    expect(seen.add([{ id: 'x' }, { id: 7, timeMs: 1 }, {}, { id: 'I'.repeat(26) }])).toEqual([])
    expect(seen.position()).toBeUndefined()
  })

  it('are all printed, once each, whichever process answers late', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ ms: fc.nat(20_000), lateMs: fc.nat(1_500) }), { maxLength: 60 }),
        (made) => {
          const decisions = made.map(({ ms, lateMs }, number) => ({
            record: at(ms, number),
            from: ms + lateMs,
          }))
          const ask = (now: number, after: string): readonly JsonObject[] =>
            decisions
              .filter(({ record, from }) => from <= now && String(record['id']) > after)
              .map(({ record }) => record)
              .toSorted((a, b) => (String(a['id']) < String(b['id']) ? 1 : -1))
          const first = ask(0, '')
          const seen = createSeenDecisions(first, 1_000)
          const printed = [...idsOf(first)]
          for (let now = 1_000; now <= 22_000; now += 1_000)
            printed.push(...idsOf(seen.add(ask(now, seen.position() ?? ''))))
          expect(printed.toSorted()).toEqual([...idsOf(decisions.map(({ record }) => record))].toSorted())
        },
      ),
    )
  })
})
