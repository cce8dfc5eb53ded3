import { describe, expect, it } from 'bun:test'
import * as fc from 'fast-check'
import { parseHash, toHash, VIEWS } from '../../src/console/hash-route.ts'

describe('a link into the console', () => {
  it('names a view, an item and filters', () => {
    expect(parseHash('#/issuers/01J%2Fx?reason=token_expired&client=10.0.0.0%2F8')).toEqual({
      view: 'issuers',
      item: '01J/x',
      filters: { reason: 'token_expired', client: '10.0.0.0/8' },
    })
  })

  for (const hash of ['', '#', '#/', '#/nothing', '#overview/../x', '#/%E0%A4%A', '#/?a=b', '#/__proto__']) {
    it(`leads to the overview if it names no view: ${hash}`, () => {
      expect(parseHash(hash).view).toBe('overview')
    })
  }

  it('is read as it was written', () => {
    const text = fc.string({ minLength: 1 })
    const filters = fc.dictionary(fc.stringMatching(/^[a-z]+$/), text)
    fc.assert(
      fc.property(
        fc.constantFrom(...VIEWS),
        fc.option(text, { nil: undefined }),
        filters,
        (view, item, all) => {
          expect(parseHash(toHash(view, item, all))).toEqual({ view, item, filters: { ...all } })
        },
      ),
    )
  })
})
