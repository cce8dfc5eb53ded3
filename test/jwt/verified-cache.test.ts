import { createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'bun:test'
import { compileIssuerMap, pickIssuer } from '../../src/jwt/issuer.ts'
import { cacheKeyOf, createVerifiedCache, type VerifiedToken } from '../../src/jwt/verified-cache.ts'
import type { VerificationKey } from '../../src/keys/verification-key.ts'
import { scriptedSource } from '../support/key-sources.ts'
import { hmacIssuer, mainIssuer } from '../support/make-guard.ts'

const keys = scriptedSource()
const key: VerificationKey = {
  kid: 'k',
  thumbprint: 't',
  description: 'd',
  material: createSecretKey(new Uint8Array(32)),
  verifiers: new Map(),
}
keys.trusted.add(key)
const issuer = mainIssuer({}, keys)
const entry = (overrides: Partial<VerifiedToken> = {}): VerifiedToken => ({
  issuer,
  key,
  identity: [],
  notBefore: 100,
  notAfter: 200,
  ...overrides,
})

describe('the cache of verified tokens', () => {
  it('is off if either of its bounds is 0', () => {
    expect(createVerifiedCache({ tokens: 0, bytes: 1000 })).toBeUndefined()
    expect(createVerifiedCache({ tokens: 10, bytes: 0 })).toBeUndefined()
  })
  const times = [
    [99.999, false],
    [100, true],
    [199.999, true],
    [200, false],
  ] as const
  for (const [now, isKnown] of times) {
    it(`${isKnown ? 'knows' : 'does not know'} a token of 100 to 200 at ${now}`, () => {
      const cache = createVerifiedCache({ tokens: 10, bytes: 10_000 })
      cache?.put('a', entry())
      expect(cache?.get('a', now) !== undefined).toBe(isKnown)
    })
  }
  it('forgets a token as soon as its key is not trusted', () => {
    const cache = createVerifiedCache({ tokens: 10, bytes: 10_000 })
    const other: VerificationKey = { ...key }
    cache?.put('a', entry({ key: other }))
    expect(cache?.get('a', 150)).toBeUndefined()
    keys.trusted.add(other)
    // It comes back only by full verification.
    expect(cache?.get('a', 150)).toBeUndefined()
    expect(cache?.size).toBe(0)
  })
  it('knows nothing that was not put', () =>
    expect(createVerifiedCache({ tokens: 1, bytes: 10_000 })?.get('a', 150)).toBeUndefined())
  it('is bounded by tokens', () => {
    const cache = createVerifiedCache({ tokens: 3, bytes: 1_000_000 })
    for (let i = 0; i < 10; i++) cache?.put(String(i), entry())
    expect(cache?.size).toBe(3)
    expect(cache?.get('9', 150)).toBeDefined()
    expect(cache?.get('0', 150)).toBeUndefined()
  })
  it('is bounded by bytes, of which identity values count', () => {
    const cache = createVerifiedCache({ tokens: 1000, bytes: 10_000 })
    for (let i = 0; i < 100; i++) cache?.put(String(i), entry({ identity: ['a'.repeat(2000)] }))
    expect(cache?.size).toBe(4)
    cache?.put('huge', entry({ identity: ['a'.repeat(20_000)] }))
    expect(cache?.get('huge', 150)).toBeUndefined()
  })
  it('has another key for another token, another policy, and another split of the two', () => {
    const made = [
      cacheKeyOf('a', '0:'),
      cacheKeyOf('b', '0:'),
      cacheKeyOf('a', '1:'),
      cacheKeyOf('0:a', ''),
      cacheKeyOf('a', '*:'),
    ]
    expect(new Set(made).size).toBe(made.length)
  })
})

describe('pickIssuer', () => {
  const map = compileIssuerMap([mainIssuer(), hmacIssuer()])
  const open = compileIssuerMap([mainIssuer(), hmacIssuer({ issuer: null })])
  const cases = [
    ['https://idp.example.com/realms/main', 'main', 'main'],
    ['https://hmac.example.com', 'hmac', 'hmac'],
    ['https://other.example', undefined, 'hmac'],
    [undefined, undefined, 'hmac'],
    [null, undefined, undefined],
    [1, undefined, undefined],
    [['https://idp.example.com/realms/main'], undefined, undefined],
    ['__proto__', undefined, 'hmac'],
  ] as const
  for (const [iss, expected, withAny] of cases) {
    it(`picks ${expected ?? 'none'} for ${JSON.stringify(iss) ?? 'no iss'}, ${withAny ?? 'none'} if one takes any`, () => {
      expect(pickIssuer(map, iss)?.settings.name).toBe(expected as string)
      expect(pickIssuer(open, iss)?.settings.name).toBe(withAny as string)
    })
  }
})
