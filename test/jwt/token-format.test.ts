import { describe, expect, it } from 'bun:test'
import { decodeJws, tokenFormat } from '../../src/jwt/decode-jws.ts'
import { mint } from '../support/tokens.ts'

describe('the format of a token', () => {
  const cases = [
    [mint(), 'jws', undefined],
    ['a.b.c', 'jws', 'token_malformed'],
    ['..', 'jws', 'token_malformed'],
    ['ä.b.c', 'jws', 'token_malformed'],
    ['a.b.c.d.e', 'jwe', 'token_encrypted'],
    ['....', 'jwe', 'token_encrypted'],
    ['a.b.ä.d.e', 'opaque', 'token_malformed'],
    ['', 'opaque', 'token_malformed'],
    ['f4b9c8e0', 'opaque', 'token_malformed'],
    ['a+b/c=', 'opaque', 'token_malformed'],
    ['a.b', 'opaque', 'token_malformed'],
    ['a.b.c.d', 'opaque', 'token_malformed'],
    ['a.b.c.d.e.f', 'opaque', 'token_malformed'],
    ['.'.repeat(8_000), 'opaque', 'token_malformed'],
  ] as const
  for (const [token, format, reason] of cases) {
    it(`is ${format} for ${JSON.stringify(token.slice(0, 12))}, which is ${reason ?? 'decoded'}`, () => {
      expect(tokenFormat(token)).toBe(format)
      const decoded = decodeJws(token)
      expect(decoded.ok ? undefined : decoded.error.reason).toBe(reason)
    })
  }
})
