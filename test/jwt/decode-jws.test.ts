import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { decodeJws } from '../../src/jwt/decode-jws.ts'
import { MAX_KID_LENGTH } from '../../src/jwt/jose-header.ts'
import { encode, mint } from '../support/tokens.ts'

const decode = (header: string, payload = '{}', signature = 'AA'): ReturnType<typeof decodeJws> =>
  decodeJws(`${encode(header)}.${encode(payload)}.${signature}`)

describe('decodeJws', () => {
  it('gives the members it reads, the claims, and the very bytes that were signed', () => {
    const token = mint({ claims: { sub: 'é' } })
    const jws = decodeJws(token)
    if (!jws.ok) throw new Error(jws.error.reason)
    expect(jws.value.header).toEqual({ alg: 'RS256', kid: 'rsa', typ: 'JWT' })
    expect(jws.value.claims['sub']).toBe('é')
    expect(Buffer.from(jws.value.signingInput).toString('latin1')).toBe(
      token.slice(0, token.lastIndexOf('.')),
    )
    expect(encode(jws.value.signature)).toBe(token.slice(token.lastIndexOf('.') + 1))
    expect(JSON.parse(Buffer.from(jws.value.payload).toString())).toEqual(jws.value.claims)
  })
  it('does not hand on keys that the header holds', () => {
    const jws = decode('{"alg":"RS256","jwk":{},"x5c":[],"jku":"https://a","x5u":"https://a","x5t":"a"}')
    expect(jws.ok && Object.keys(jws.value.header)).toEqual(['alg', 'kid', 'typ'])
  })

  const headers = [
    ['{}', 'alg_not_allowed'],
    ['{"alg":null}', 'alg_not_allowed'],
    ['{"alg":["RS256"]}', 'alg_not_allowed'],
    ['{"alg":"x","crit":null}', 'crit_unsupported'],
    ['{"crit":[]}', 'crit_unsupported'],
    ['{"alg":"x","b64":true}', 'crit_unsupported'],
    ['{"alg":"x","enc":"A128GCM"}', 'token_encrypted'],
    ['{"alg":"x","zip":"DEF"}', 'token_malformed'],
    ['{"alg":"x","cty":"JWT"}', 'token_malformed'],
    ['{"alg":"x","cty":1}', 'token_malformed'],
    ['{"alg":"x","kid":1}', 'token_malformed'],
    [`{"alg":"x","kid":"${'k'.repeat(MAX_KID_LENGTH + 1)}"}`, 'token_malformed'],
    ['{"alg":"x","typ":1}', 'token_malformed'],
    ['[]', 'token_malformed'],
    ['{"alg":"x"}', undefined],
    ['{"alg":"x","cty":"json"}', undefined],
    [`{"alg":"x","kid":"${'k'.repeat(MAX_KID_LENGTH)}"}`, undefined],
  ] as const
  for (const [header, reason] of headers) {
    it(`${reason === undefined ? 'accepts' : 'refuses'} the header ${header.slice(0, 40)}`, () => {
      const jws = decode(header)
      expect(jws.ok ? undefined : jws.error.reason).toBe(reason)
    })
  }

  const texts = [
    ['', 'token_malformed'],
    ['.', 'token_malformed'],
    ['..', 'token_malformed'],
    ['...', 'token_malformed'],
    ['....', 'token_encrypted'],
    ['.....', 'token_malformed'],
    ['a.b.c.d.e', 'token_encrypted'],
    ['a.b.c.d.e.f', 'token_malformed'],
    ['a b', 'token_malformed'],
  ] as const
  for (const [text, reason] of texts) {
    it(`reports ${reason} for ${JSON.stringify(text)}`, () => {
      const jws = decodeJws(text)
      expect(jws.ok ? undefined : jws.error.reason).toBe(reason)
    })
  }

  it('never throws, and its problem holds no part of the token', () => {
    const part = fc.oneof(
      fc.json().map(encode),
      fc.constantFrom(encode('{"alg":"RS256"}'), encode('{"alg":"RS256","crit":[]}'), ''),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.base64String({ maxLength: 20 }),
    )
    const tokens = fc.oneof(
      fc.array(part, { maxLength: 7 }).map((parts) => parts.join('.')),
      fc.string({ unit: 'binary', maxLength: 60 }),
    )
    fc.assert(
      fc.property(tokens, (token) => {
        const jws = decodeJws(token)
        if (jws.ok) return
        for (const secret of token.split('.'))
          if (secret.length > 8) expect(JSON.stringify(jws.error)).not.toContain(secret)
      }),
      { numRuns: 3000 },
    )
  })
})
