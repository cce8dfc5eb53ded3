import { createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'bun:test'
import { compileIssuerMap, pickIssuer } from '../../src/jwt/issuer.ts'
import { createVerifiedCache, digestOf, type VerifiedToken } from '../../src/jwt/verified-cache.ts'
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
      cache?.put(digestOf('a'), 0, entry())
      expect(cache?.get(digestOf('a'), 0, now) !== undefined).toBe(isKnown)
    })
  }
  it('forgets a token as soon as its key is not trusted', () => {
    const cache = createVerifiedCache({ tokens: 10, bytes: 10_000 })
    const other: VerificationKey = { ...key }
    cache?.put(digestOf('a'), 0, entry({ key: other }))
    expect(cache?.get(digestOf('a'), 0, 150)).toBeUndefined()
    keys.trusted.add(other)
    // It comes back only by full verification.
    expect(cache?.get(digestOf('a'), 0, 150)).toBeUndefined()
    expect(cache?.size).toBe(0)
  })
  it('knows nothing that was not put', () =>
    expect(createVerifiedCache({ tokens: 1, bytes: 10_000 })?.get(digestOf('a'), 0, 150)).toBeUndefined())
  it('is bounded by tokens', () => {
    const cache = createVerifiedCache({ tokens: 3, bytes: 1_000_000 })
    for (let i = 0; i < 10; i++) cache?.put(digestOf(String(i)), 0, entry())
    expect(cache?.size).toBe(3)
    expect(cache?.get(digestOf('9'), 0, 150)).toBeDefined()
    expect(cache?.get(digestOf('0'), 0, 150)).toBeUndefined()
  })
  it('is bounded by bytes, of which identity values count', () => {
    const cache = createVerifiedCache({ tokens: 1000, bytes: 10_000 })
    for (let i = 0; i < 100; i++) cache?.put(digestOf(String(i)), 0, entry({ identity: ['a'.repeat(2000)] }))
    expect(cache?.size).toBe(4)
    cache?.put(digestOf('huge'), 0, entry({ identity: ['a'.repeat(20_000)] }))
    expect(cache?.get(digestOf('huge'), 0, 150)).toBeUndefined()
  })
  it('has another digest for another token', () => {
    const tokens = ['', 'a', 'b', 'aa', '0:a', 'a'.repeat(64)]
    expect(new Set(tokens.map(digestOf)).size).toBe(tokens.length)
    for (const token of tokens) expect(digestOf(token)).toHaveLength(32)
  })
  it('knows a token under the policy that it was verified for, and under no other', () => {
    const cache = createVerifiedCache({ tokens: 10, bytes: 10_000 })
    const digest = digestOf('a')
    cache?.put(digest, 1, entry({ identity: ['one'] }))
    for (const policy of [0, 2, 1 + 2 ** 16]) expect(cache?.get(digest, policy, 150)).toBeUndefined()
    cache?.put(digest, 2, entry({ identity: ['two'] }))
    expect(cache?.get(digest, 1, 150)?.identity).toEqual(['one'])
    expect(cache?.get(digest, 2, 150)?.identity).toEqual(['two'])
  })
  it('returns the issuer and the key that verified it, of several that were put', () => {
    const cache = createVerifiedCache({ tokens: 10, bytes: 10_000 })
    const other: VerificationKey = { ...key }
    keys.trusted.add(other)
    const second = mainIssuer({ name: 'second' }, keys)
    const origins = [
      { issuer, key },
      { issuer, key: other },
      { issuer: second, key },
    ]
    origins.forEach((origin, i) => cache?.put(digestOf(String(i)), 0, entry(origin)))
    origins.forEach((origin, i) => {
      const found = cache?.get(digestOf(String(i)), 0, 150)
      expect(found?.issuer).toBe(origin.issuer)
      expect(found?.key).toBe(origin.key)
    })
  })
  it('forgets the tokens of a replaced key alone', () => {
    const cache = createVerifiedCache({ tokens: 10, bytes: 10_000 })
    const replaced: VerificationKey = { ...key }
    keys.trusted.add(replaced)
    cache?.put(digestOf('a'), 0, entry({ key: replaced }))
    cache?.put(digestOf('b'), 0, entry())
    keys.trusted.delete(replaced)
    expect(cache?.get(digestOf('a'), 0, 150)).toBeUndefined()
    expect(cache?.get(digestOf('b'), 0, 150)).toBeDefined()
  })
  it('forgets everything rather than keep the keys of years', () => {
    const cache = createVerifiedCache({ tokens: 10_000, bytes: 10_000_000 })
    for (let i = 0; i <= 4096; i++) {
      const next: VerificationKey = { ...key }
      keys.trusted.add(next)
      cache?.put(digestOf(String(i)), 0, entry({ key: next }))
    }
    expect(cache?.size).toBe(1)
    expect(cache?.get(digestOf('0'), 0, 150)).toBeUndefined()
    expect(cache?.get(digestOf('4096'), 0, 150)).toBeDefined()
  })
  it('forgets a token when the clock goes back before it, and does not know it again afterwards', () => {
    const cache = createVerifiedCache({ tokens: 10, bytes: 10_000 })
    cache?.put(digestOf('a'), 0, entry())
    expect(cache?.get(digestOf('a'), 0, 50)).toBeUndefined()
    expect(cache?.get(digestOf('a'), 0, 150)).toBeUndefined()
    cache?.put(digestOf('b'), 0, entry())
    expect(cache?.get(digestOf('b'), 0, Number.NaN)).toBeUndefined()
  })
  it('keeps fractions of seconds, and tokens that never expire', () => {
    const cache = createVerifiedCache({ tokens: 10, bytes: 10_000 })
    const window = { notBefore: 0.1 + 0.2, notAfter: Number.POSITIVE_INFINITY }
    cache?.put(digestOf('a'), 0, entry(window))
    expect(cache?.get(digestOf('a'), 0, 1e9)).toMatchObject(window)
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
