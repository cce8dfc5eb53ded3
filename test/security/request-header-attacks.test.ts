/** Attacks on the headers of the request around a good token. */
import { describe, expect, it } from 'bun:test'
import { extractToken } from '../../src/token/extract-token.ts'
import { makeRequest } from '../support/make-guard.ts'
import { TOKEN, judge, judgeUrl, type Headers } from '../support/nginx-requests.ts'
import { mint } from '../support/tokens.ts'

describe('attack: the header that names the original request, bent', () => {
  const urls = [
    '',
    '/admin',
    '//api.example.com/admin',
    'api.example.com/admin',
    'https:/api.example.com/admin',
    'https:api.example.com',
    'https://api.example.com',
    'https://api.example.com?x=/public',
    'https://api.example.com#/public',
    'HTTPS://api.example.com/admin',
    'ftp://api.example.com/admin',
    'javascript:/public',
    ' https://api.example.com/admin',
    'wss://api.example.com/public',
    'https:\\\\api.example.com\\public',
    'http://',
    'https:///public',
  ]
  for (const url of urls) {
    it(`denies ${JSON.stringify(url)}`, async () =>
      expect((await judgeUrl(url)).reason).toBe('origin_missing'))
  }
  const PUBLIC = 'https://api.example.com/public/a'
  const ADMIN = 'https://api.example.com/admin'
  const repeated: readonly (readonly [string, Headers])[] = [
    [
      'the URL twice',
      [
        ['X-Original-URL', PUBLIC],
        ['X-Original-URL', ADMIN],
      ],
    ],
    [
      'the URL twice, with a query in the first',
      [
        ['X-Original-URL', `${PUBLIC}?x=1`],
        ['X-Original-URL', ADMIN],
      ],
    ],
    [
      'the URL twice, in two spellings of the name',
      [
        ['X-Original-URL', PUBLIC],
        ['x-original-url', PUBLIC],
      ],
    ],
    ['no URL', []],
  ]
  for (const [name, headers] of repeated) {
    it(`denies ${name}`, async () =>
      expect((await judge([['X-Original-Method', 'GET'], ...headers, ...TOKEN])).reason).toBe(
        'origin_missing',
      ))
  }
  for (const method of [
    undefined,
    '',
    'GET, POST',
    'GET,POST',
    'GET ',
    'GET POST',
    'GET\u0000',
    'GÉT',
    'A'.repeat(33),
  ]) {
    it(`denies the method ${JSON.stringify(method) ?? '(missing)'}`, async () => {
      const headers: Headers = method === undefined ? [] : [['X-Original-Method', method]]
      expect((await judge([...headers, ['X-Original-URL', PUBLIC]])).reason).toBe('origin_missing')
    })
  }
  it('denies the method twice', async () =>
    expect(
      (
        await judge([
          ['X-Original-Method', 'GET'],
          ['X-Original-Method', 'GET'],
          ['X-Original-URL', PUBLIC],
        ])
      ).reason,
    ).toBe('origin_missing'))
  it('reads no other family of headers, whose values nginx passes on from the client', async () => {
    const others: Headers = [
      ['X-Forwarded-Method', 'GET'],
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Host', 'api.example.com'],
      ['X-Forwarded-Uri', '/public/a'],
      ['X-Forwarded-For', '127.0.0.1'],
      ['X-Forwarded-Prefix', '/public'],
      ['X-Rewrite-URL', '/public/a'],
      ['X-Original-URI', '/public/a'],
      ['X-Original-Host', 'api.example.com'],
      ['X_Original_URL', PUBLIC],
      ['X-Envoy-Original-Path', '/public/a'],
      ['Forwarded', 'host=api.example.com'],
      ['X-HTTP-Method-Override', 'GET'],
      ['Host', 'api.example.com'],
    ]
    expect((await judge([...others, ...TOKEN])).reason).toBe('origin_missing')
    expect(await judgeUrl(ADMIN, [...others, ...TOKEN])).toMatchObject({
      route: 'admin',
      reason: 'scope_missing',
    })
  })
})

describe('attack: more than one token, of which each reader takes another', () => {
  const other = mint({ claims: { sub: 'admin' } })
  const good = mint()
  const TARGET = 'https://api.example.com/x'
  const cases: readonly (readonly [string, string, Headers])[] = [
    [
      'two Authorization headers',
      TARGET,
      [
        ['Authorization', `Bearer ${good}`],
        ['Authorization', `Bearer ${other}`],
      ],
    ],
    [
      'two Authorization headers with one token',
      TARGET,
      [
        ['Authorization', `Bearer ${good}`],
        ['authorization', `Bearer ${good}`],
      ],
    ],
    [
      'another scheme before it',
      TARGET,
      [
        ['Authorization', 'Basic YTpi'],
        ['Authorization', `Bearer ${good}`],
      ],
    ],
    [
      'another scheme after it',
      TARGET,
      [
        ['Authorization', `Bearer ${good}`],
        ['Authorization', 'Basic YTpi'],
      ],
    ],
    [
      'header and cookie',
      TARGET,
      [
        ['Authorization', `Bearer ${good}`],
        ['Cookie', `access_token=${other}`],
      ],
    ],
    ['header and query', `${TARGET}?access_token=${other}`, [['Authorization', `Bearer ${good}`]]],
    ['cookie and query', `${TARGET}?access_token=${other}`, [['Cookie', `access_token=${good}`]]],
    ['two cookies of one name', TARGET, [['Cookie', `access_token=${good}; access_token=${other}`]]],
    [
      'two Cookie headers',
      TARGET,
      [
        ['Cookie', `access_token=${good}`],
        ['Cookie', `access_token=${other}`],
      ],
    ],
    ['two query parameters', `${TARGET}?access_token=${good}&x=1&access_token=${other}`, []],
    [
      'a good token and a broken one',
      TARGET,
      [
        ['Authorization', `Bearer ${good}`],
        ['Cookie', 'access_token=broken'],
      ],
    ],
  ]
  for (const [name, url, headers] of cases) {
    it(`denies ${name}`, async () => expect((await judgeUrl(url, headers)).reason).toBe('token_multiple'))
  }
  it('allows one token in three places: it is one token', async () => {
    const headers: Headers = [
      ['Authorization', `Bearer ${good}`],
      ['Cookie', `access_token=${good}`],
    ]
    expect((await judgeUrl(`${TARGET}?access_token=${good}`, headers)).reason).toBe('ok')
  })
})

describe('attack: a cookie set by a neighbouring site, with white space before a protected name', () => {
  const source = { kind: 'cookie', name: '__Host-token' } as const
  for (const space of ['\u00a0', '\u000b', '\u000c', '\u2000', '\u3000', '\ufeff']) {
    it(`is another cookie (${JSON.stringify(space)})`, () => {
      const request = makeRequest({ headers: [['cookie', `a=1; ${space}__Host-token=${mint()}`]] })
      expect(extractToken(request, [source], 8192)).toEqual({ ok: false, error: 'token_missing' })
    })
  }
})
