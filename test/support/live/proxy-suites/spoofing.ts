/** What a client writes about itself, through a real proxy: none of it reaches the application, or the decision. */
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../cleanup.ts'
import type { ReceivedRequest } from '../echo-app.ts'
import { startGuardedSite, type GuardedSite } from '../guarded-site.ts'
import { liveSuite } from '../live-suite.ts'
import { listen } from '../loopback.ts'
import { openClient, type RawRequest } from '../raw-client.ts'
import type { LiveProxy } from './live-proxy.ts'

type Headers = NonNullable<RawRequest['headers']>

/** Every character that a name may have besides letters, digits and the hyphen (RFC 9110 §5.6.2). */
const FOLDED = "_.!#$%&'*+^`|~"

/** Values of every field that some application may read as `name`: servers of CGI fold such characters into `_`. */
const foldedValues = (request: ReceivedRequest | undefined, name: string): readonly string[] =>
  (request?.headers ?? [])
    .filter(([found]) => found.toLowerCase().replaceAll(/[^a-z0-9]/g, '-') === name.toLowerCase())
    .map(([, value]) => value)

const SPELLINGS: readonly (readonly [string, Headers])[] = [
  ['as configured', [['X-Auth-Subject', 'mallory']]],
  ['in lower case', [['x-auth-subject', 'mallory']]],
  ['in upper case', [['X-AUTH-SUBJECT', 'mallory']]],
  ...[...FOLDED].flatMap((sign): readonly (readonly [string, Headers])[] => [
    [`with ${sign}`, [[`X${sign}Auth${sign}Subject`, 'mallory']]],
    [`with one ${sign}`, [[`x-auth${sign}subject`, 'mallory']]],
  ]),
  ['with dots and underscores', [['x.auth_subject', 'mallory']]],
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
    'named in Connection with other names',
    [
      ['Connection', 'keep-alive, x-auth-subject, X_Auth_Subject'],
      ['X-Auth-Subject', 'mallory'],
    ],
  ],
]

export function spoofingSuite({ name, programs, front, proxy: { carries }, refuses }: LiveProxy): void {
  const absent = carries.absentIdentity === 'empty' ? [''] : []

  liveSuite(`${name}: what a client writes about itself`, programs, () => {
    const cleanup = createCleanup()
    let site: GuardedSite
    beforeAll(async () => {
      site = await startGuardedSite(cleanup, { front })
    })
    afterAll(() => cleanup.run())

    for (const [how, headers] of SPELLINGS) {
      it(`replaces X-Auth-Subject sent ${how} on a guarded route`, async () => {
        expect((await site.ask({ target: '/orders/1', headers }, site.mint())).status).toBe(200)
        expect(foldedValues(site.app.received.at(-1), 'X-Auth-Subject')).toEqual(['alice'])
      })

      it(`removes X-Auth-Subject sent ${how} on a public route`, async () => {
        expect((await site.ask({ target: '/public/1', headers })).status).toBe(200)
        expect(foldedValues(site.app.received.at(-1), 'X-Auth-Subject')).toEqual(absent)
      })
    }

    it('removes a header for which the token has no claim', async () => {
      const headers: Headers = [
        ['X-Auth-Roles', 'admin'],
        ['X_Auth_Roles', 'admin'],
        ['X.Auth.Roles', 'admin'],
      ]
      expect((await site.ask({ target: '/orders/1', headers }, site.mint())).status).toBe(200)
      expect(foldedValues(site.app.received.at(-1), 'X-Auth-Roles')).toEqual(absent)
    })

    it('removes a header of another policy than the one that judged', async () => {
      const token = site.mint({ scope: 'orders:write', roles: ['clerk'] })
      const headers: Headers = [['X-Auth-Roles', 'admin']]
      expect((await site.ask({ target: '/write/1', headers }, token)).status).toBe(200)
      expect(foldedValues(site.app.received.at(-1), 'X-Auth-Roles')).toEqual(absent)
    })

    it("replaces a decision's id and reason sent by the client", async () => {
      const headers: Headers = [
        ['X-Decision-Id', 'forged'],
        ['X-Decision-Reason', 'forged'],
      ]
      await site.ask({ target: '/orders/1', headers }, site.mint())
      expect(foldedValues(site.app.received.at(-1), 'X-Decision-Id')).toHaveLength(1)
      expect(JSON.stringify(site.app.received.at(-1)?.headers)).not.toContain('forged')
    })

    it('does not let the client choose which request is judged', async () => {
      const headers: Headers = [
        ['X-Original-URL', 'http://api.example.com/public/1'],
        ['X-Original-Method', 'OPTIONS'],
        ['X-Forwarded-Method', 'OPTIONS'],
        ['X-Forwarded-Uri', '/public/1'],
        ['X_Forwarded_Uri', '/public/1'],
        ['X-Forwarded-Host', 'public.example.com'],
        ['X-Forwarded-Proto', 'https'],
        ['X-Forwarded-Prefix', '/public'],
        ['X-HTTP-Method-Override', 'OPTIONS'],
        ['Forwarded', 'host=public.example.com;proto=https'],
        ['Connection', 'X-Forwarded-Uri, X-Forwarded-Method, X-Forwarded-Host, X-Forwarded-Proto'],
      ]
      const expected = { method: 'GET', host: 'api.example.com', path: '/orders/1' }
      expect((await site.ask({ target: '/orders/1', headers })).status).toBe(401)
      expect(site.warder.log.at(-1)?.fields).toMatchObject(expected)
      const query = '?X-Forwarded-Uri=/public/1&policy=none'
      expect((await site.ask({ target: `/orders/1${query}`, headers })).status).toBe(401)
      expect(site.warder.log.at(-1)?.fields).toMatchObject(expected)
    })

    it('judges a request that names Authorization in Connection with its token, or without one', async () => {
      const headers: Headers = [['Connection', 'Authorization']]
      const { status } = await site.ask({ target: '/orders/1', headers }, site.mint())
      expect(status).toBe(refuses.authorizationInConnection ? 401 : 200)
    })

    it('passes on a trailer of the client as a trailer, if at all', async () => {
      let bytes = ''
      const app = createServer((socket) => {
        socket.on('error', () => socket.destroy())
        socket.on('data', (chunk: Buffer) => {
          bytes += chunk.toString('latin1')
          if (/\r\n0\r\n(?:.+\r\n)*\r\n$|\r\n\r\nabc$/.test(bytes))
            socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
        })
      })
      const upstream = `127.0.0.1:${await listen(app, cleanup)}`
      const other = await startGuardedSite(cleanup, { front, upstream })
      const client = await openClient(other.port)
      const fields = `Authorization: Bearer ${other.mint()}\r\nTransfer-Encoding: chunked\r\nTrailer: X-Auth-Subject\r\n`
      client.send(`POST /orders/1 HTTP/1.1\r\nHost: api.example.com\r\n${fields}\r\n`)
      client.send('3\r\nabc\r\n0\r\nX-Auth-Subject: mallory\r\n\r\n')
      expect((await client.receive()).status).toBe(200)
      client.close()
      const head = bytes.slice(0, bytes.indexOf('\r\n\r\n')).toLowerCase()
      expect(head).toContain('x-auth-subject: alice')
      expect(head).not.toContain('mallory')
    })
  })
}
