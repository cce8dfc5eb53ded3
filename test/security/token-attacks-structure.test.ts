/** Attacks on the token's structure: too deep, too many, or wrapped in something else. One named group per attack. */
import { describe, expect, it } from 'bun:test'
import { MAX_JSON_DEPTH, MAX_JSON_MEMBERS } from '../../src/strict-json.ts'
import { decideOf, makeGuard, mainIssuer, reasonFor } from '../support/make-guard.ts'
import {
  CLAIMS,
  claimsWith,
  encode,
  goodClaims,
  mint,
  mintHeader,
  mintPayload,
  noSignature,
  rsa,
  signTexts,
} from '../support/tokens.ts'

const decide = decideOf(makeGuard({ maxTokenBytes: 65_536 }))

describe('attack: nesting and members without end', () => {
  const nested = (depth: number, open: string, close: string): string =>
    claimsWith(`"x":${open.repeat(depth)}1${close.repeat(depth)}`)
  const members = (count: number): string =>
    claimsWith(Array.from({ length: count }, (_, index) => `"m${index}":1`).join())
  const cases = [
    ['5,000 arrays', nested(5000, '[', ']'), 'token_malformed'],
    ['5,000 objects', nested(4000, '{"a":', '}'), 'token_malformed'],
    ['one array too deep', nested(MAX_JSON_DEPTH, '[', ']'), 'token_malformed'],
    ['the deepest array that is accepted', nested(MAX_JSON_DEPTH - 1, '[', ']'), 'ok'],
    ['one member too many', members(MAX_JSON_MEMBERS - 5 + 1), 'token_malformed'],
    ['the most members that are accepted', members(MAX_JSON_MEMBERS - 5), 'ok'],
    ['arrays that are never closed', `{"x":${'['.repeat(5000)}`, 'token_malformed'],
    ['brackets in a string', claimsWith(`"x":"${'[{'.repeat(2000)}"`), 'ok'],
  ] as const
  for (const [name, payload, reason] of cases) {
    it(`judges ${name} as ${reason}`, async () =>
      expect(await reasonFor(decide, mintPayload(payload))).toBe(reason))
  }
})

describe('attack: thousands of dots (CVE-2025-30204), and other counts than two', () => {
  const [header = '', payload = '', signature = ''] = mint().split('.')
  const cases = [
    ['only dots', '.'.repeat(8000), 'token_malformed'],
    ['dots behind a token', `${mint()}${'.'.repeat(5000)}`, 'token_malformed'],
    ['no dot', header, 'token_malformed'],
    ['one dot', `${header}.${payload}`, 'token_malformed'],
    ['one dot at the end', `${header}.`, 'token_malformed'],
    ['two dots and nothing else', '..', 'token_malformed'],
    ['a dot in front', `.${header}.${payload}.${signature}`, 'token_malformed'],
    ['a dot at the end', `${mint()}.`, 'token_malformed'],
    ['an empty header', `.${payload}.${signature}`, 'token_malformed'],
    ['an empty payload', `${header}..${signature}`, 'token_malformed'],
    ['four parts', `${header}.${payload}.${signature}.${signature}`, 'token_malformed'],
    ['six parts', 'a.b.c.d.e.f', 'token_malformed'],
    ['more bytes than the cap', mint({ claims: { x: 'a'.repeat(60_000) } }), 'token_too_large'],
  ] as const
  for (const [name, token, reason] of cases) {
    it(`refuses ${name}`, async () => expect(await reasonFor(decide, token)).toBe(reason))
  }
})

describe('attack: `__proto__` and `constructor` as names', () => {
  it('does not take claims from a prototype that the token wrote', async () => {
    const { exp, ...others } = goodClaims()
    const payload = `${JSON.stringify(others).slice(0, -1)},"__proto__":{"exp":${String(exp)}}}`
    expect(await reasonFor(decide, mintPayload(payload))).toBe('exp_missing')
  })
  it('does not take `alg` or `kid` from a prototype either', async () => {
    expect(await reasonFor(decide, mintHeader('{"__proto__":{"alg":"RS256","kid":"rsa"}}'))).toBe(
      'alg_not_allowed',
    )
    expect(await reasonFor(decide, mintHeader('{"alg":"RS256","kid":"constructor"}'))).toBe('kid_unknown')
  })
  it('does not find inherited members if a claim is required', async () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf']) {
      const strict = decideOf(makeGuard({ issuers: [mainIssuer({ require: [name] })] }))
      expect(await reasonFor(strict, mint())).toBe('claim_missing')
    }
  })
  it('leaves the prototype of objects alone', async () => {
    await reasonFor(
      decide,
      mintPayload(claimsWith('"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}')),
    )
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  })
})

describe('attack: encrypted, nested and otherwise wrapped tokens', () => {
  const jwe = [encode('{"alg":"RSA-OAEP","enc":"A256GCM"}'), 'a', 'YWFhYQ', 'YWFhYQ', 'YWFhYQ'].join('.')
  const plain = signTexts('{"alg":"none"}', CLAIMS, noSignature)
  const cases = [
    ['a JWE in five parts', jwe, 'token_encrypted'],
    ['an empty JWE', '....', 'token_encrypted'],
    [
      'a JWE header in three parts',
      mintHeader('{"alg":"RS256","kid":"rsa","enc":"A128GCM"}'),
      'token_encrypted',
    ],
    [
      'PBES2 with a great count',
      mintHeader('{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647}'),
      'token_encrypted',
    ],
    ['a compressed payload', mintHeader('{"alg":"RS256","kid":"rsa","zip":"DEF"}'), 'token_malformed'],
    [
      'a token in a token, named so',
      signTexts('{"alg":"RS256","kid":"rsa","cty":"JWT"}', mint(), rsa()),
      'token_malformed',
    ],
    [
      'good claims named as a nested token',
      mintHeader('{"alg":"RS256","kid":"rsa","cty":"JWT"}'),
      'token_malformed',
    ],
    [
      'the same in lower case',
      mintHeader('{"alg":"RS256","kid":"rsa","cty":"application/jwt"}'),
      'token_malformed',
    ],
    [
      'a content type that is no string',
      mintHeader('{"alg":"RS256","kid":"rsa","cty":["JWT"]}'),
      'token_malformed',
    ],
    ['a token in a token, not named so', mintPayload(mint()), 'token_malformed'],
    ['an unsecured token in a signed one', mintPayload(plain), 'token_malformed'],
    ['an unsecured token as a JSON string', mintPayload(JSON.stringify(plain)), 'token_malformed'],
  ] as const
  for (const [name, token, reason] of cases) {
    it(`refuses ${name}`, async () => expect(await reasonFor(decide, token)).toBe(reason))
  }
})

describe('attack: JSON serialization and polyglots, RFC 7515 §7.2', () => {
  const [header = '', payload = '', signature = ''] = mint().split('.')
  const flat = JSON.stringify({ protected: header, payload, signature })
  const texts = [
    ['flattened JSON', flat],
    ['general JSON', JSON.stringify({ payload, signatures: [{ protected: header, signature }] })],
    ['JSON around a compact token', `{"a":"${mint()}"}`],
    ['a compact token before JSON', `${mint()}${flat}`],
    ['an SD-JWT without disclosures', `${mint()}~`],
    ['an SD-JWT with a disclosure', `${mint()}~WyJzYWx0IiwiYWRtaW4iLHRydWVd~`],
    ['an SD-JWT with key binding', `${mint()}~${mint({ header: { typ: 'kb+jwt' } })}`],
  ] as const
  for (const [name, token] of texts) {
    it(`refuses ${name}`, async () => expect(await reasonFor(decide, token)).not.toBe('ok'))
  }
  it('reports that they are malformed, unless a comma makes two tokens of them', async () => {
    for (const [, token] of texts)
      expect(await reasonFor(decide, token)).toBe(token.includes(',') ? 'token_multiple' : 'token_malformed')
  })
})
