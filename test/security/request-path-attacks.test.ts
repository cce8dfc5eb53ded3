/** Attacks on the path and the host of the request around a good token. */
import { describe, expect, it } from 'bun:test'
import { judgeUrl } from '../support/nginx-requests.ts'

describe('attack: a path that proxy and application read differently (callers.md: path confusion)', () => {
  const ambiguous = [
    // Oathkeeper CVE-2026-33494, Traefik CVE-2025-32431, Envoy CVE-2019-9901.
    '/public/../admin',
    '/public/./../admin',
    '/public/%2e%2e/admin',
    '/public/%2E%2E/admin',
    '/public/.%2e/admin',
    '/public/%2e./admin',
    '/..',
    '/.',
    '/public/..',
    '/public/.',
    '/public/%2e',
    '/public/../',
    '/public/../../../admin',
    // Encoded separators, Traefik CVE-2025-66490, Envoy CVE-2021-29492.
    '/public%2fadmin',
    '/public/..%2fadmin',
    '/public%2F..%2Fadmin',
    '/public/%5c../admin',
    '/public/..%5Cadmin',
    '/public/%3b/admin',
    '/public/%3Fx',
    '/public/%23',
    '/public/%00',
    '/public/a%00.png',
    '/public\\..\\admin',
    '/public/..\\admin',
    '/\\admin',
    '/public/..;/admin',
    '/public;/admin',
    '/public/;jsessionid=1/../admin',
    '/admin;.css',
    '//admin',
    '/public//admin',
    '/public//',
    '//',
    '///',
    '//evil.example/admin',
    // Fragments, oauth2-proxy CVE-2026-41059.
    '/public#/../admin',
    '/admin#/public',
    // Bad escapes, Authelia CVE-2021-32637.
    '/public/%',
    '/public/%2',
    '/public/%zz',
    '/public/%u002e%u002e/admin',
    '/public/%-1',
    '/%',
    // Decoded twice.
    '/public/%252e%252e/admin',
    '/public/%252fadmin',
    '/public/%25%32%65',
    '/public/%2525',
    // Not UTF-8, or not ASCII.
    '/public/%c0%ae%c0%ae/admin',
    '/public/%c0%af',
    '/public/%ff',
    '/public/%e2%82',
    '/public/%ed%a0%80',
    '/public/é',
    '/public/\u2024\u2024/admin',
    '/public/\uff0e\uff0e/admin',
    '/public/\t',
    '/public/\u0001',
    '/public/%09',
    '/public/%0d%0aX:1',
    '/public/%7f',
    '/public/\u007f',
    `/public/${'a'.repeat(9000)}`,
  ]
  for (const path of ambiguous) {
    it(`denies ${JSON.stringify(path.slice(0, 40))}`, async () =>
      expect((await judgeUrl(`https://api.example.com${path}`)).reason).toBe('path_ambiguous'))
  }
  it('denies it with any token, and on hosts that have no route', async () => {
    expect((await judgeUrl('https://api.example.com/public/../admin', [])).reason).toBe('path_ambiguous')
    expect((await judgeUrl('https://other.example/public/../admin')).reason).toBe('path_ambiguous')
  })
  const plain = [
    ['/public/a', 'public'],
    ['/public', 'public'],
    ['/public/', 'public'],
    ['/publicx', 'rest'],
    ['/%70ublic/a', 'public'],
    ['/admin', 'admin'],
    ['/%61dmin', 'admin'],
    ['/admi%6E/x', 'admin'],
    ['/admin/', 'admin'],
    ['/administrator', 'rest'],
    ['/x/public', 'rest'],
    ['/...', 'rest'],
    ['/.well-known/x', 'rest'],
    ['/a..b', 'rest'],
    ['/a%20b', 'rest'],
    ['/100%25', 'rest'],
    ['/caf%C3%A9', 'rest'],
    ['/', 'rest'],
  ] as const
  for (const [path, route] of plain) {
    it(`reads ${path} as a request for the route ${route}`, async () =>
      expect((await judgeUrl(`https://api.example.com${path}`)).route).toBe(route))
  }
  it('does not look for a path in the query (oauth2-proxy CVE-2025-54576)', async () => {
    for (const query of ['?/public/', '?path=/public/a', '?x=/../public', '?#/public', '??/public']) {
      expect(await judgeUrl(`https://api.example.com/admin${query}`)).toMatchObject({
        route: 'admin',
        reason: 'scope_missing',
      })
    }
  })
})

describe('attack: a path in another letter case, which the route for it does not match and some applications serve', () => {
  const earlier = [
    ['/ADMIN/x', 'Express and IIS ignore letter case'],
    ['/Admin', 'one letter is enough'],
    ['/%41dmin/x', 'escaped'],
    ['/adm%C4%B1n/x', 'dotless i, whose upper case is I'],
    ['/adm%C4%B0n/x', 'I with a dot above, whose lower case in Turkish is i'],
    ['/Public/x', 'a public route is another one, too'],
  ] as const
  for (const [path, why] of earlier) {
    it(`denies ${path}: ${why}`, async () =>
      expect(await judgeUrl(`https://api.example.com${path}`)).toMatchObject({
        reason: 'path_ambiguous',
        denial: { ambiguity: 'letter_case' },
      }))
  }
  it('does not care about letter case if every spelling meets the same route', async () => {
    for (const [path, route] of [
      ['/admin/X', 'admin'],
      ['/public/README', 'public'],
      ['/Other/Xyz', 'rest'],
    ] as const)
      expect((await judgeUrl(`https://api.example.com${path}`)).route).toBe(route)
  })
})

describe('attack: a host that is written so that another route, or none, is found', () => {
  const same = [
    'api.example.com',
    'API.Example.COM',
    'api.example.com:443',
    'api.example.com:8443',
    'api.example.com.',
    'API.EXAMPLE.com.:443',
    'api.example.com:',
    'v1.api.example.com',
    'a.b.api.example.com',
  ]
  for (const host of same) {
    it(`finds the admin route for ${host} (Authelia CVE-2026-48794)`, async () =>
      expect(await judgeUrl(`https://${host}/admin`)).toMatchObject({
        route: 'admin',
        reason: 'scope_missing',
      }))
  }
  const unreadable = [
    '',
    '.',
    '..',
    'api.example.com..',
    'a..b',
    'user@api.example.com',
    'user:pass@api.example.com',
    'api.example.com@evil.example',
    'api.example.com:80@evil.example',
    'api.example.com, evil.example',
    'api.example.com evil.example',
    'api.example.com\\',
    'api.example.com\\@evil.example',
    'api.example.com#',
    'api.example.com?',
    'api.example.com%00',
    'api.example.com%2f',
    'api.example.com:http',
    'api.example.com:99999999',
    'api.exämple.com',
    'api。example。com',
    'api.example.com\u0000',
    'api.example.com\t',
    '[::1',
    '::1',
    '[::1]x',
    '[evil.example]',
    '-api.example.com',
    '*.api.example.com',
    `${'a'.repeat(300)}.com`,
  ]
  for (const host of unreadable) {
    it(`denies the host ${JSON.stringify(host.slice(0, 40))}`, async () =>
      expect((await judgeUrl(`https://${host}/admin`)).reason).toBe('origin_missing'))
  }
  for (const host of [
    'evil.example',
    'api.example.com.evil.example',
    'xapi.example.com',
    'example.com',
    '127.0.0.1',
    '[::1]',
  ]) {
    it(`has no route for ${host}`, async () =>
      expect((await judgeUrl(`https://${host}/admin`)).reason).toBe('no_route'))
  }
})
