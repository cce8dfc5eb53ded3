import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createHeaderMemo, readHeader } from '../../src/jwt/jose-header.ts'

const part = (header: unknown): string => Buffer.from(JSON.stringify(header)).toString('base64url')

describe('createHeaderMemo()', () => {
  it('answers for every text as readHeader does, the first time and again', () => {
    const remember = createHeaderMemo()
    const header = fc.record(
      {
        alg: fc.constantFrom('RS256', 'none', 1),
        kid: fc.string(),
        crit: fc.constant(null),
        typ: fc.constant('JWT'),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(header.map(part), fc.string()), (text) => {
        expect(remember(text)).toEqual(readHeader(text))
        expect(remember(text)).toEqual(readHeader(text))
      }),
    )
  })

  it('stays right when a client floods it with headers of its own', () => {
    const remember = createHeaderMemo()
    for (let i = 0; i < 1000; i++) {
      const text = part({ alg: 'RS256', kid: `made-up-${i}` })
      expect(remember(text)).toEqual(readHeader(text))
    }
    const good = part({ alg: 'RS256', kid: 'good' })
    expect([remember(good), remember(good)]).toEqual([readHeader(good), readHeader(good)])
  })

  it('does not remember what is refused, nor what is long', () => {
    const remember = createHeaderMemo()
    const refused = part({ alg: 'RS256', crit: ['exp'] })
    expect(remember(refused)).not.toBe(remember(refused))
    const long = part({ alg: 'RS256', x5c: ['A'.repeat(600)] })
    expect(remember(long)).not.toBe(remember(long))
    const usual = part({ alg: 'RS256', kid: 'a' })
    expect(remember(usual)).toBe(remember(usual))
  })
})
