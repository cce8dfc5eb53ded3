import { chmodSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { apacheFront } from '../support/live/apache.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, listen } from '../support/live/loopback.ts'
import type { RawResponse } from '../support/live/raw-client.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { startWarder } from '../support/live/warder.ts'

const SHORT = (text: string): string => text.replace('ANSWER_SECONDS = 1, 3', 'ANSWER_SECONDS = 0.2, 0.2')

function expectProxyError(response: RawResponse): void {
  expect(response.status).toBe(503)
  expect(response.values('X-Decision-Id')).toEqual([])
  expect(response.values('X-Decision-Reason')).toEqual(['proxy_error'])
  expect(response.values('Cache-Control')).toEqual(['no-store'])
  expect(response.values('WWW-Authenticate')).toEqual([])
  expect(JSON.parse(response.body)).toMatchObject({ status: 503, code: 'proxy_error', decision_id: '' })
}

liveSuite('Apache without an answer of Warder', ['apache2', 'lua-socket'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('lets no request pass while Warder is down, and all good ones once it is back', async () => {
    const decisions = `127.0.0.1:${await freePort()}`
    const site = await startGuardedSite(cleanup, { front: apacheFront(), decisions })
    expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
    await site.warder.stop()
    const before = site.app.received.length
    for (const target of ['/orders/1', '/public/1', '/closed/1', '/'])
      expectProxyError(await site.ask({ target }, site.mint()))
    expect(site.app.received.length).toBe(before)
    await site.front.ready('the log of the failure', () =>
      site.front.output().includes('Warder was not asked, or did not answer') ? true : undefined,
    )
    await startWarder(site.configText, cleanup)
    expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
    expect((await site.ask({ target: '/orders/1' })).status).toBe(401)
  })

  const broken: readonly (readonly [string, string | undefined])[] = [
    ['never answers', undefined],
    ['closes without an answer', ''],
    ['answers what is not HTTP', 'OK\r\n\r\n'],
    ['answers 302', 'HTTP/1.1 302 Found\r\nLocation: /public/1\r\nContent-Length: 0\r\n\r\n'],
    ['answers 404', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'],
    [
      'answers 200 without an id of a decision',
      'HTTP/1.1 200 OK\r\nX-Auth-Subject: x\r\nContent-Length: 0\r\n\r\n',
    ],
    ['answers 204', 'HTTP/1.1 204 No Content\r\nX-Decision-Id: 1\r\n\r\n'],
    ['answers 206', 'HTTP/1.1 206 Partial\r\nX-Decision-Id: 1\r\nContent-Length: 0\r\n\r\n'],
    [
      'redirects with the id of a decision',
      'HTTP/1.1 302 Found\r\nX-Decision-Id: 1\r\nLocation: /public/1\r\nContent-Length: 0\r\n\r\n',
    ],
    [
      'answers an identity header twice',
      'HTTP/1.1 200 OK\r\nX-Decision-Id: 1\r\nX-Auth-Subject: a\r\nX-Auth-Subject: b\r\nContent-Length: 0\r\n\r\n',
    ],
    ['stops within its head', 'HTTP/1.1 200 OK\r\nX-Decision-Id: 1\r\n'],
    [
      'answers a line that is too long',
      `HTTP/1.1 200 OK\r\nX-Decision-Id: 1\r\nX-Auth-Subject: ${'x'.repeat(100_000)}\r\nContent-Length: 0\r\n\r\n`,
    ],
  ]
  for (const [name, answer] of broken) {
    it(`lets no request pass when what listens there ${name}`, async () => {
      const other = createServer((socket) => {
        socket.on('error', () => socket.destroy())
        socket.on('data', () => void (answer === undefined || socket.end(answer, 'latin1')))
      })
      const port = await listen(other, cleanup)
      const site = await startGuardedSite(cleanup, {
        front: apacheFront(),
        editSnippet: SHORT,
        between: async () => port,
      })
      expectProxyError(await site.ask({ target: '/orders/1' }, site.mint()))
      expect(site.app.received).toEqual([])
    })
  }

  const mistakes: readonly (readonly [string, (text: string) => string, number])[] = [
    ['fails', (text) => text.replace('local answer = ask(', 'local answer = nothing('), 500],
    [
      'fails after the decision',
      (text) => text.replace('bound_connection(r)\n            for', 'nothing(r)\n            for'),
      500,
    ],
    ['is not called', (text) => text.replace(/^ {4}<LuaHook[^]*<\/LuaHookAccessChecker>$/m, ''), 403],
    ['does not know whether it allows', (text) => text.replace('return apache2.OK', 'return nil'), 500],
    ['has no opinion', (text) => text.replace('"WARDER_ALLOWED"] = "1"', '"WARDER"] = "1"'), 403],
    [
      'has no library of sockets',
      (text) => text.replace('require "socket"', 'require "socket-of-nobody"'),
      500,
    ],
    ['asks another endpoint', (text) => text.replace('/v1/auth/forward"', '/v1/auth/nothing"'), 503],
  ]
  for (const [name, editSnippet, status] of mistakes) {
    it(`lets no request pass when the Lua hook ${name}`, async () => {
      const site = await startGuardedSite(cleanup, { front: apacheFront(), editSnippet })
      expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(status)
      expect((await site.ask({ target: '/public/1' })).status).toBe(status)
      expect(site.app.received).toEqual([])
    })
  }
})

liveSuite('Apache while the keys are unavailable', ['apache2', 'lua-socket'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    const url = `http://127.0.0.1:${await freePort()}/jwks`
    site = await startGuardedSite(cleanup, {
      front: apacheFront(),
      keys: `{ jwks_url: "${url}", allow_http: true, first_fetch_wait: 100ms }`,
    })
  })
  afterAll(() => cleanup.run())

  it('answers 503 with reason, id and the time to wait, and neither 401 nor 500', async () => {
    const response = await site.ask({ target: '/orders/1' }, site.mint())
    expect(response.status).toBe(503)
    expect(response.values('X-Decision-Reason')).toEqual(['keys_unavailable'])
    expect(response.values('X-Decision-Id')).toHaveLength(1)
    expect(Number(response.values('Retry-After')[0])).toBeGreaterThan(0)
    expect(response.values('WWW-Authenticate')).toEqual([])
    expect(JSON.parse(response.body)).toMatchObject({ status: 503, code: 'keys_unavailable' })
    expect(site.app.received).toEqual([])
  })

  it('still answers 401 without a token, and lets public routes pass', async () => {
    expect((await site.ask({ target: '/orders/1' })).status).toBe(401)
    expect((await site.ask({ target: '/public/1' })).status).toBe(200)
  })
})

liveSuite('Apache and other places of Warder', ['apache2', 'lua-socket'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('asks over a unix socket', async () => {
    const dir = createTempDir(cleanup)
    const decisions = `unix:${dir}/decisions.sock`
    const site = await startGuardedSite(cleanup, { front: apacheFront(), decisions })
    chmodSync(dir, 0o755)
    chmodSync(`${dir}/decisions.sock`, 0o777)
    expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
    expect(site.app.received.at(-1)?.values('X-Auth-Subject')).toEqual(['alice'])
    expect((await site.ask({ target: '/orders/1' })).status).toBe(401)
  })

  it('asks another Warder if one is down', async () => {
    const editSnippet = (text: string): string =>
      text.replace('local WARDERS = { ', 'local WARDERS = { "127.0.0.1:1", ')
    const site = await startGuardedSite(cleanup, { front: apacheFront(), editSnippet })
    for (let i = 0; i < 6; i++)
      expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
  })
})
