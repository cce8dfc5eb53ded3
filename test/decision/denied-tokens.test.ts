import { describe, expect, it } from 'bun:test'
import { createDeniedTokens, type DeniedToken } from '../../src/decision/denied-tokens.ts'
import { digestOf } from '../../src/jwt/verified-cache.ts'
import { mainIssuer } from '../support/make-guard.ts'

const entry: DeniedToken = {
  issuer: mainIssuer(),
  asked: { kid: 'rsa', algorithm: 'RS256', answer: { state: 'found', keys: [] } },
  key: undefined,
  times: undefined,
  denial: { reason: 'signature_invalid' },
}
const longKid: DeniedToken = {
  ...entry,
  asked: { kid: 'k'.repeat(256), algorithm: 'RS256', answer: { state: 'kid_unknown' } },
}
const MIB = 1024 ** 2

/** How many of so many different tokens are remembered. */
function sizeAfter(count: number, limits: { tokens: number; bytes: number }, denied = entry): number {
  const tokens = createDeniedTokens(limits)
  for (let i = 0; i < count; i++) tokens?.put(digestOf(String(i)), 0, denied)
  return tokens?.size ?? 0
}

describe('the memory of denied tokens', () => {
  it('is off if the cache of verified tokens is', () => {
    expect(createDeniedTokens({ tokens: 0, bytes: MIB })).toBeUndefined()
    expect(createDeniedTokens({ tokens: 10, bytes: 0 })).toBeUndefined()
  })
  const bounds = [
    ['the tokens of the cache', { tokens: 3, bytes: MIB }, 3],
    ['the bytes of the cache', { tokens: 100, bytes: 5 * 1024 }, 9],
    ['its own bound, however large the cache is', { tokens: 1_000_000, bytes: 1024 * MIB }, 7_695],
  ] as const
  for (const [what, limits, size] of bounds)
    it(`is bounded by ${what}`, () => expect(sizeAfter(20_000, limits)).toBe(size))
  it('is bounded by bytes, of which facts of the configuration and the kid count', () => {
    const long = {
      ...entry,
      denial: { reason: 'audience_mismatch', claim: 'aud', expected: 'x'.repeat(MIB), found: 'y' },
    } as const
    expect(sizeAfter(10, { tokens: 100_000, bytes: 64 * MIB }, long)).toBe(3)
    expect(sizeAfter(10, { tokens: 100_000, bytes: 2_048 }, longKid)).toBe(2)
    expect(sizeAfter(10, { tokens: 100_000, bytes: MIB }, long)).toBe(0)
  })
  it('forgets the token that was not asked for longest', () => {
    const tokens = createDeniedTokens({ tokens: 2, bytes: MIB })
    tokens?.put(digestOf('a'), 0, entry)
    tokens?.put(digestOf('b'), 0, entry)
    expect(tokens?.get(digestOf('a'), 0)).toBe(entry)
    tokens?.put(digestOf('c'), 0, entry)
    expect(['a', 'b', 'c'].map((token) => tokens?.get(digestOf(token), 0) === entry)).toEqual([
      true,
      false,
      true,
    ])
  })
  it('knows a token under the policy that denied it, and under no other', () => {
    const tokens = createDeniedTokens({ tokens: 10, bytes: MIB })
    tokens?.put(digestOf('a'), 12, entry)
    for (const policy of [0, 1, 2, 120, 2 ** 32 - 2])
      expect(tokens?.get(digestOf('a'), policy)).toBeUndefined()
    expect(tokens?.get(digestOf('b'), 12)).toBeUndefined()
    tokens?.forget(digestOf('a'), 1)
    expect(tokens?.get(digestOf('a'), 12)).toBe(entry)
    tokens?.forget(digestOf('a'), 12)
    expect(tokens?.get(digestOf('a'), 12)).toBeUndefined()
  })
})
