import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { compileMappedParameters, mapQuery } from '../../../src/gateway/exchange/mapped-query.ts'

const isMapped = compileMappedParameters(['user_id'])

/** Queries of the pieces that parsers disagree about, and of names that mean the mapped one. */
const PIECES = `& ; = % + [ ] [] %5B %00 %u0075 %75 %5f %2e ? x 1
  user_id USER_ID user.id user+id user%20id ser_id user`.split(/\s+/)
const queries = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((parts) => parts.join(''))

describe('a query with a mapped parameter', () => {
  it('has no other value of it, whichever way it is read', () => {
    fc.assert(
      fc.property(queries, (query) => {
        const mapped = mapQuery(query, isMapped, [{ name: 'user_id', value: 'real' }]) ?? ''
        for (const separator of [/&/, /[&;]/]) {
          const found = mapped.split(separator).flatMap((pair) => {
            const [[name = '', value] = []] = [...new URLSearchParams(pair)]
            return /^\s*user[^a-z0-9]id(?:$|\[|\0)/i.test(name) ? [value] : []
          })
          expect(found).toEqual(['real'])
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('keeps every byte if there is nothing to remove or to add', () => {
    fc.assert(
      fc.property(queries, (query) => {
        const kept = mapQuery(query, compileMappedParameters(['other']), [])
        expect(kept).toBe(query)
      }),
    )
    expect(mapQuery(undefined, isMapped, [])).toBeUndefined()
  })

  it('can be taken out twice with the same outcome', () => {
    fc.assert(
      fc.property(queries, (query) => {
        const once = mapQuery(query, isMapped, [])
        expect(mapQuery(once, isMapped, [])).toBe(once as string)
      }),
    )
  })
})
