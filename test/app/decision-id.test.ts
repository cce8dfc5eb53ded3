import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createIdSource } from '../../src/app/decision-id.ts'

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

describe('createIdSource()', () => {
  it('gives ULIDs that sort by time and, within a millisecond, by order of making', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 200 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (steps, random) => {
          let now = 1_700_000_000_000
          const newId = createIdSource(
            () => now,
            () => random,
          )
          const ids = steps.map((step) => {
            now += step
            return newId()
          })
          expect(ids.every((id) => ULID.test(id))).toBe(true)
          expect(new Set(ids).size).toBe(ids.length)
          expect([...ids].sort()).toEqual(ids)
        },
      ),
    )
  })

  it('writes the time as the ULID specification does', () => {
    expect(
      createIdSource(
        () => 1_469_918_176_385,
        () => 0,
      )().slice(0, 10),
    ).toBe('01ARYZ6S41')
  })
})
