import { chmodSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { haproxyFront } from '../support/live/haproxy.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, listen, waitFor } from '../support/live/loopback.ts'
import type { RawResponse } from '../support/live/raw-client.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { startWarder } from '../support/live/warder.ts'

/** HAProxy 2.6 attempts four times. */
const SHORT = (text: string): string => text.replace(/TIMEOUT_MS = \d+/, 'TIMEOUT_MS = 100')

function expectProxyError(response: RawResponse): void {
  expect(response.status).toBe(503)
  expect(response.values('X-Decision-Id')).toEqual([])
  expect(response.values('X-Decision-Reason')).toEqual(['proxy_error'])
  expect(response.values('Cache-Control')).toEqual(['no-store'])
  expect(response.values('WWW-Authenticate')).toEqual([])
  expect(JSON.parse(response.body)).toMatchObject({ status: 503, code: 'proxy_error', decision_id: '' })
}

liveSuite('HAProxy without an answer of Warder', ['haproxy'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('lets no request pass while Warder is down, and all good ones once it is back', async () => {
    const decisions = `127.0.0.1:${await freePort()}`
    const site = await startGuardedSite(cleanup, { front: haproxyFront(), decisions })
    expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
    await site.warder.stop()
    const before = site.app.received.length
    for (const target of ['/orders/1', '/public/1', '/closed/1', '/'])
      expectProxyError(await site.ask({ target }, site.mint()))
    expect(site.app.received.length).toBe(before)
    await site.front.ready('the failed check', () =>
      site.front.output().includes('Server warder/warder1 is DOWN') ? true : undefined,
    )

    await startWarder(site.configText, cleanup)
    await waitFor('an allow', async () =>
      (await site.ask({ target: '/orders/1' }, site.mint())).status === 200 ? true : undefined,
    )
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
      'answers headers beyond the buffer',
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
        front: haproxyFront({ editLua: SHORT }),
        between: async () => port,
      })
      expectProxyError(await site.ask({ target: '/orders/1' }, site.mint()))
      expect(site.app.received).toEqual([])
    })
  }

  const mistakes: readonly (readonly [string, (lua: string) => string, (cfg: string) => string])[] = [
    [
      'fails',
      (lua) => lua.replace('local headers = decision_request(txn)', 'local headers = nothing(txn)'),
      (cfg) => cfg,
    ],
    [
      'fails after the decision',
      (lua) => lua.replace('txn:set_var("txn.warder_status"', 'nothing("txn.warder_status"'),
      (cfg) => cfg,
    ],
    [
      'is given the name of no backend',
      (lua) => lua,
      (cfg) => cfg.replace('lua.warder warder ', 'lua.warder wardre '),
    ],
    ['is not called', (lua) => lua, (cfg) => cfg.replace(/^ {4}http-request lua\.warder .*\n/m, '')],
    ['asks another endpoint', (lua) => lua, (cfg) => cfg.replace('/v1/auth/forward\n', '/v1/auth/nothing\n')],
  ]
  for (const [name, editLua, editSnippet] of mistakes) {
    it(`lets no request pass when the Lua action ${name}`, async () => {
      const site = await startGuardedSite(cleanup, { front: haproxyFront({ editLua }), editSnippet })
      expectProxyError(await site.ask({ target: '/orders/1' }, site.mint()))
      expect(site.app.received).toEqual([])
      if (!name.includes('fails')) return
      await site.front.ready('the log of the error', () =>
        site.front.output().includes("Lua function 'warder'") ? true : undefined,
      )
    })
  }
})

liveSuite('HAProxy while the keys are unavailable', ['haproxy'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    const url = `http://127.0.0.1:${await freePort()}/jwks`
    site = await startGuardedSite(cleanup, {
      front: haproxyFront(),
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

/** Sockets of the test belong to its own user. */
const withoutUser = (text: string): string => text.replaceAll(/^ {4}(?:user|group) .*\n/gm, '')

liveSuite('HAProxy and other places of Warder', ['haproxy'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('asks over a unix socket', async () => {
    const dir = createTempDir(cleanup)
    const decisions = `unix:${dir}/decisions.sock`
    const site = await startGuardedSite(cleanup, {
      front: haproxyFront(),
      decisions,
      editSnippet: withoutUser,
    })
    chmodSync(dir, 0o755)
    chmodSync(`${dir}/decisions.sock`, 0o777)
    expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
    expect(site.app.received.at(-1)?.values('X-Auth-Subject')).toEqual(['alice'])
    expect((await site.ask({ target: '/orders/1' })).status).toBe(401)
  })

  it('asks another Warder if one is down', async () => {
    const editSnippet = (text: string): string =>
      text.replace(/^backend warder$/m, 'backend warder\n    server gone 127.0.0.1:1 check inter 1s fall 1')
    const site = await startGuardedSite(cleanup, { front: haproxyFront(), editSnippet })
    for (let i = 0; i < 6; i++)
      expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
  })
})
