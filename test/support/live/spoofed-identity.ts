/** What clients try with identity headers, and that it never works: tests for the suite of any proxy. */
import { expect, it } from 'bun:test'
import type { ReceivedRequest } from './echo-app.ts'
import type { GuardedSite } from './guarded-site.ts'
import type { RawRequest } from './raw-client.ts'

type Headers = NonNullable<RawRequest['headers']>

/** Values of every header that some application may read as `name`: CGI and its heirs fold `_` and `.` into `-`. */
export const foldedValues = (request: ReceivedRequest | undefined, name: string): readonly string[] =>
  (request?.headers ?? [])
    .filter(([found]) => found.toLowerCase().replaceAll(/[_.]/g, '-') === name.toLowerCase())
    .map(([, value]) => value)

const SPELLINGS: readonly (readonly [string, Headers])[] = [
  ['as configured', [['X-Auth-Subject', 'mallory']]],
  ['in lower case', [['x-auth-subject', 'mallory']]],
  ['in upper case', [['X-AUTH-SUBJECT', 'mallory']]],
  ['with underscores', [['X_Auth_Subject', 'mallory']]],
  ['with one underscore', [['X-Auth_Subject', 'mallory']]],
  ['with dots', [['X.Auth.Subject', 'mallory']]],
  ['with dots and underscores', [['x.auth_subject', 'mallory']]],
  [
    'twice',
    [
      ['X-Auth-Subject', 'mallory'],
      ['X-Auth-Subject', 'mallory'],
    ],
  ],
  [
    'twice in different cases',
    [
      ['X-Auth-Subject', 'mallory'],
      ['x-auth-subject', 'mallory'],
    ],
  ],
  [
    'empty and full',
    [
      ['X-Auth-Subject', ''],
      ['X-Auth-Subject', 'mallory'],
    ],
  ],
  [
    'named in Connection',
    [
      ['X-Auth-Subject', 'mallory'],
      ['Connection', 'X-Auth-Subject'],
    ],
  ],
  [
    'named in Connection with close',
    [
      ['Connection', 'close, x-auth-subject'],
      ['X-Auth-Subject', 'mallory'],
    ],
  ],
]

/** Defines the tests. The application gets every identity header from Warder alone, in whatever spelling. */
export function identityComesFromWarderAlone(site: () => GuardedSite): void {
  for (const [name, headers] of SPELLINGS) {
    it(`replaces X-Auth-Subject sent ${name} on a guarded route`, async () => {
      expect((await site().ask({ target: '/orders/1', headers }, site().mint())).status).toBe(200)
      expect(foldedValues(site().app.received.at(-1), 'X-Auth-Subject')).toEqual(['alice'])
    })

    it(`removes X-Auth-Subject sent ${name} on a public route`, async () => {
      expect((await site().ask({ target: '/public/1', headers })).status).toBe(200)
      expect(foldedValues(site().app.received.at(-1), 'X-Auth-Subject')).toEqual([])
    })
  }

  it('removes a header for which the token has no claim', async () => {
    const headers: Headers = [
      ['X-Auth-Roles', 'admin'],
      ['X_Auth_Roles', 'admin'],
      ['X.Auth.Roles', 'admin'],
    ]
    expect((await site().ask({ target: '/orders/1', headers }, site().mint())).status).toBe(200)
    expect(foldedValues(site().app.received.at(-1), 'X-Auth-Roles')).toEqual([])
  })

  it('removes a header of another policy than the one that judged', async () => {
    const token = site().mint({ scope: 'orders:write', roles: ['clerk'] })
    expect(
      (await site().ask({ target: '/write/1', headers: [['X-Auth-Roles', 'admin']] }, token)).status,
    ).toBe(200)
    expect(foldedValues(site().app.received.at(-1), 'X-Auth-Roles')).toEqual([])
  })

  it('replaces a decision id sent by the client', async () => {
    await site().ask({ target: '/orders/1', headers: [['X-Decision-Id', 'forged']] }, site().mint())
    expect(foldedValues(site().app.received.at(-1), 'X-Decision-Id')).not.toContain('forged')
    expect(foldedValues(site().app.received.at(-1), 'X-Decision-Id')).toHaveLength(1)
  })

  it("replaces the client's address with the one that the proxy sees", async () => {
    const headers: Headers = [
      ['X-Real-IP', '6.6.6.6'],
      ['X-Forwarded-For', '6.6.6.6'],
    ]
    await site().ask({ target: '/orders/1', headers }, site().mint())
    expect(foldedValues(site().app.received.at(-1), 'X-Real-IP')).toEqual(['127.0.0.1'])
    expect(foldedValues(site().app.received.at(-1), 'X-Forwarded-For')).toEqual(['127.0.0.1'])
  })

  it('does not let the client choose which request is judged', async () => {
    const headers: Headers = [
      ['X-Original-URL', 'http://api.example.com/public/1'],
      ['X-Original-Method', 'OPTIONS'],
      ['X_Original_URL', 'http://api.example.com/public/1'],
      ['X-Forwarded-Uri', '/public/1'],
      ['X-Forwarded-Host', 'public.example.com'],
      ['Connection', 'X-Original-URL, X-Original-Method'],
    ]
    const response = await site().ask({ target: '/orders/1', headers })
    expect(response.status).toBe(401)
    expect(site().warder.log.at(-1)?.fields).toMatchObject({
      method: 'GET',
      host: 'api.example.com',
      path: '/orders/1',
    })
  })

  it('does not lose the token of a request that names Authorization in Connection', async () => {
    const response = await site().ask(
      { target: '/orders/1', headers: [['Connection', 'Authorization']] },
      site().mint(),
    )
    expect(response.status).toBe(200)
  })
}
