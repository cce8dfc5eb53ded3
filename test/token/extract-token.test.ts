import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { extractToken } from '../../src/token/extract-token.ts'
import type { TokenSourceSettings } from '../../src/settings/token-source/definition.ts'
import { BEARER, makeRequest, type RequestParts } from '../support/make-guard.ts'

const COOKIE: TokenSourceSettings = { kind: 'cookie', name: 'access_token' }
const QUERY: TokenSourceSettings = { kind: 'query', name: 'access_token' }
const PLAIN: TokenSourceSettings = { kind: 'header', name: 'x-token' }
const TRIMMED: TokenSourceSettings = { kind: 'header', name: 'authorization', trimPrefix: 'JWT ' }

/** The token, or why there is none. */
function read(sources: readonly TokenSourceSettings[], parts: RequestParts, maxTokenBytes = 100): string {
  const extracted = extractToken(makeRequest(parts), sources, maxTokenBytes)
  return extracted.ok ? `token ${extracted.value.token}` : extracted.error
}
const header = (...values: readonly string[]): RequestParts => ({
  headers: values.map((value) => ['authorization', value] as const),
})
const cookie = (...values: readonly string[]): RequestParts => ({
  headers: values.map((value) => ['cookie', value] as const),
})

describe('a token behind a scheme', () => {
  const cases = [
    [header('Bearer abc'), 'token abc'],
    [header('bearer abc'), 'token abc'],
    [header('BEARER abc'), 'token abc'],
    [header(), 'token_missing'],
    [header(''), 'token_missing'],
    [header('Bearer'), 'token_missing'],
    [header('Bearer '), 'token_missing'],
    [header('Basic YTpi'), 'scheme_not_bearer'],
    [header('Bearerabc'), 'scheme_not_bearer'],
    [header('Bear abc'), 'scheme_not_bearer'],
    [header('abc'), 'scheme_not_bearer'],
    [header('Bearer\tabc'), 'scheme_not_bearer'],
    [header('DPoP abc'), 'scheme_not_bearer'],
    [header('Digest username="a", realm="b"'), 'scheme_not_bearer'],
    [header('Bearer  abc'), 'token abc'],
    [header('bearer     abc'), 'token abc'],
    [header('Bearer   '), 'token_missing'],
    // A tab is no space: it stays, and is refused as no part of a token.
    [header('Bearer \tabc'), 'token \tabc'],
    [header('Bearer  abc  def'), 'token abc  def'],
    [header('Bearer abc def'), 'token abc def'],
    [header('Bearer abc', 'Bearer abc'), 'token_multiple'],
    [header('Bearer abc', 'Basic YTpi'), 'token_multiple'],
    [header('Basic YTpi', 'bearer abc'), 'token_multiple'],
    [header('Basic YTpi,Bearer abc'), 'token_multiple'],
    [header('Bearer abc,def'), 'token_multiple'],
    [header(`Bearer ${'a'.repeat(100)}`), `token ${'a'.repeat(100)}`],
    [header(`Bearer ${'a'.repeat(101)}`), 'token_too_large'],
  ] as const
  for (const [request, expected] of cases) {
    it(`reads ${JSON.stringify(request.headers?.map(([, value]) => value)).slice(0, 50)} as ${expected.slice(0, 30)}`, () =>
      expect(read([BEARER], request)).toBe(expected))
  }
})

describe('a token that is the whole header', () => {
  const plain = (...values: readonly string[]): RequestParts => ({
    headers: values.map((value) => ['X-Token', value] as const),
  })
  const cases = [
    [PLAIN, plain('abc'), 'token abc'],
    [PLAIN, plain('Bearer abc'), 'token Bearer abc'],
    [PLAIN, plain(), 'token_missing'],
    [PLAIN, plain(''), 'token_missing'],
    [PLAIN, plain('a', 'a'), 'token_multiple'],
    [TRIMMED, header('JWT abc'), 'token abc'],
    [TRIMMED, header('abc'), 'token abc'],
    [TRIMMED, header('jwt abc'), 'token jwt abc'],
    [TRIMMED, header('JWT '), 'token_missing'],
    [TRIMMED, header('JWT JWT abc'), 'token JWT abc'],
  ] as const
  for (const [source, request, expected] of cases) {
    it(`reads ${JSON.stringify(request.headers)} as ${expected}`, () =>
      expect(read([source], request)).toBe(expected))
  }
})

describe('a token in a cookie', () => {
  const cases = [
    [cookie('access_token=abc'), 'token abc'],
    [cookie('a=1; access_token=abc; b=2'), 'token abc'],
    [cookie('a=1;access_token=abc'), 'token abc'],
    [cookie('access_token=abc=='), 'token abc=='],
    [cookie('xaccess_token=abc'), 'token_missing'],
    [cookie('access_tokenx=abc'), 'token_missing'],
    [cookie('Access_Token=abc'), 'token_missing'],
    [cookie('a=1;\t access_token \t=\tabc '), 'token abc'],
    [cookie('a=access_token=abc'), 'token_missing'],
    [cookie('access_token'), 'token_missing'],
    [cookie('access_token='), 'token_missing'],
    [cookie(), 'token_missing'],
    [cookie('access_token=abc; access_token=abc'), 'token abc'],
    [cookie('access_token=abc; access_token=def'), 'token_multiple'],
    [cookie('access_token=abc', 'access_token=def'), 'token_multiple'],
    [cookie('access_token="abc"'), 'token abc'],
    [cookie('access_token=abc; access_token="abc"'), 'token abc'],
    [cookie('access_token=""abc""'), 'token "abc"'],
    [cookie('access_token="abc'), 'token "abc'],
    [cookie('access_token="'), 'token "'],
    [cookie('access_token=""'), 'token_missing'],
    [cookie('access_token=Bearer%20abc'), 'token abc'],
    [cookie('access_token="Bearer abc"'), 'token abc'],
    [cookie('access_token=bearer  abc'), 'token abc'],
    [cookie('access_token=Bearerabc'), 'token Bearerabc'],
    [cookie('access_token=Basic%20abc'), 'token Basic%20abc'],
    [cookie('access_token=%42earer%20abc'), 'token %42earer%20abc'],
  ] as const
  for (const [request, expected] of cases) {
    it(`reads ${JSON.stringify(request.headers?.map(([, value]) => value))} as ${expected}`, () =>
      expect(read([COOKIE], request)).toBe(expected))
  }
})

describe('a token among the subprotocols of a WebSocket', () => {
  const MARKER: TokenSourceSettings = { kind: 'websocket_protocol', name: 'access_token' }
  const PREFIX: TokenSourceSettings = { kind: 'websocket_protocol', name: 'bearer.' }
  const KUBERNETES: TokenSourceSettings = {
    kind: 'websocket_protocol',
    name: 'base64url.bearer.authorization.k8s.io.',
    encoding: 'base64url',
  }
  const encoded = Buffer.from('a.b.c').toString('base64url')
  const offered = (...values: readonly string[]): RequestParts => ({
    headers: values.map((value) => ['Sec-WebSocket-Protocol', value] as const),
  })
  const cases = [
    [MARKER, offered('access_token, a.b.c'), 'token a.b.c'],
    [MARKER, offered('chat,access_token,a.b.c,chat.v2'), 'token a.b.c'],
    [MARKER, offered('access_token', 'a.b.c'), 'token a.b.c'],
    [MARKER, offered('access_token, a.b.c, access_token, a.b.c'), 'token a.b.c'],
    [MARKER, offered('access_token, a.b.c, access_token, d.e.f'), 'token_multiple'],
    [MARKER, offered('access_token'), 'token_missing'],
    [MARKER, offered('chat'), 'token_missing'],
    [MARKER, offered('Access_Token, a.b.c'), 'token_missing'],
    [MARKER, offered(), 'token_missing'],
    [PREFIX, offered('bearer.a.b.c'), 'token a.b.c'],
    [PREFIX, offered('chat, bearer.a.b.c'), 'token a.b.c'],
    [PREFIX, offered('bearer.a.b.c, bearer.d.e.f'), 'token_multiple'],
    [PREFIX, offered('bearer.'), 'token_missing'],
    [PREFIX, offered('bearer, a.b.c'), 'token_missing'],
    [
      KUBERNETES,
      offered(`base64url.bearer.authorization.k8s.io.${encoded}, v4.channel.k8s.io`),
      'token a.b.c',
    ],
    [KUBERNETES, offered('base64url.bearer.authorization.k8s.io.a.b.c'), 'token a.b.c'],
    [KUBERNETES, offered(`base64url.bearer.authorization.k8s.io.${encoded}=`), `token ${encoded}=`],
  ] as const
  for (const [source, request, expected] of cases) {
    it(`reads ${JSON.stringify(request.headers?.map(([, value]) => value))} as ${expected}`, () =>
      expect(read([source], request)).toBe(expected))
  }
})

describe('a token in the query', () => {
  const cases = [
    ['access_token=abc', 'token abc'],
    ['a=1&access_token=abc&b=2', 'token abc'],
    ['access_token', 'token_missing'],
    ['access_token=', 'token_missing'],
    ['', 'token_missing'],
    ['xaccess_token=abc', 'token_missing'],
    ['access_tokenx=abc', 'token_missing'],
    // One name, however it is spelled: an application would read it too.
    ['access%5ftoken=abc', 'token abc'],
    ['%61ccess_token=abc', 'token abc'],
    ['access_token=abc&%61ccess_token=abc', 'token abc'],
    ['access_token=abc&%61ccess_token=def', 'token_multiple'],
    ['%61ccess_token=def&access_token=abc', 'token_multiple'],
    ['access%255ftoken=abc', 'token_missing'],
    ['access%5token=abc', 'token_missing'],
    // Some servers end a parameter at `;`.
    ['a=1;access_token=abc', 'token_multiple'],
    ['access_token=abc&a=1;access_token=def', 'token_multiple'],
    ['access_token=abc&a=1;access%5Ftoken=def', 'token_multiple'],
    ['a=1;b=2&access_token=abc', 'token abc'],
    ['ACCESS_TOKEN=abc', 'token_missing'],
    ['a=access_token=abc', 'token_missing'],
    ['access_token=abc&access_token=abc', 'token abc'],
    ['access_token=abc&access_token=def', 'token_multiple'],
    // No value is decoded: no character of a token needs it.
    ['access_token=a%62c', 'token a%62c'],
    ['access_token=a+b', 'token a+b'],
  ] as const
  for (const [query, expected] of cases) {
    it(`reads ${query || 'nothing'} as ${expected}`, () => expect(read([QUERY], { query })).toBe(expected))
  }
})

describe('several sources', () => {
  const all = [BEARER, COOKIE, QUERY]
  it('finds a token in any of them, and reports where', () => {
    const extracted = extractToken(makeRequest({ query: 'access_token=abc' }), all, 100)
    expect(extracted).toEqual({ ok: true, value: { token: 'abc', source: QUERY } })
  })
  it('names the first source that has it', () => {
    const extracted = extractToken(
      makeRequest({ query: 'access_token=abc', headers: [['cookie', 'access_token=abc']] }),
      all,
      100,
    )
    expect(extracted.ok && extracted.value.source).toBe(COOKIE)
  })
  it('leaves another party’s scheme alone when a token is elsewhere', () =>
    expect(
      read(all, {
        headers: [
          ['authorization', 'Basic YTpi'],
          ['cookie', 'access_token=abc'],
        ],
      }),
    ).toBe('token abc'))
  it('reads nothing if no source is configured', () =>
    expect(read([], header('Bearer abc'))).toBe('token_missing'))

  it('never chooses between two tokens, whatever the sources hold', () => {
    const value = fc.constantFrom(undefined, 'abc', 'def')
    fc.assert(
      fc.property(value, value, value, value, (inHeader, inCookie, inCookieAgain, inQuery) => {
        const headers: [string, string][] = []
        if (inHeader !== undefined) headers.push(['authorization', `Bearer ${inHeader}`])
        for (const token of [inCookie, inCookieAgain])
          if (token !== undefined) headers.push(['cookie', `access_token=${token}`])
        const distinct = new Set(
          [inHeader, inCookie, inCookieAgain, inQuery].filter((token) => token !== undefined),
        )
        const result = read(all, { headers, query: inQuery === undefined ? '' : `access_token=${inQuery}` })
        const [only] = distinct
        expect(result).toBe(
          distinct.size > 1 ? 'token_multiple' : only === undefined ? 'token_missing' : `token ${only}`,
        )
      }),
    )
  })
})
