import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, listen } from '../support/live/loopback.ts'
import { startWarder } from '../support/live/warder.ts'

liveSuite('nginx without an answer of Warder', ['nginx'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('lets no request pass while Warder is down, and all good ones once it is back', async () => {
    const site = await startGuardedSite(cleanup, { decisions: `127.0.0.1:${await freePort()}` })
    expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
    await site.warder.stop()
    const before = site.app.received.length
    for (const target of ['/orders/1', '/public/1', '/closed/1', '/']) {
      const response = await site.ask({ target }, site.mint())
      expect(response.status).toBe(503)
      expect(response.values('X-Decision-Id')).toEqual([])
      expect(response.values('X-Decision-Reason')).toEqual(['proxy_error'])
      expect(response.values('WWW-Authenticate')).toEqual([])
      expect(JSON.parse(response.body)).toMatchObject({ status: 503, code: 'proxy_error', decision_id: '' })
    }
    expect(site.app.received.length).toBe(before)

    await startWarder(site.configText, cleanup)
    expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
    expect((await site.ask({ target: '/orders/1' })).status).toBe(401)
  })

  it('marks a failure of nginx after an allow with the id beside `proxy_error`', async () => {
    const editSnippet = (text: string): string =>
      text.replace(/proxy_pass http:\/\/127[^;]+;/, 'try_files /nothing =500;')
    const site = await startGuardedSite(cleanup, { editSnippet })
    const response = await site.ask({ target: '/orders/1' }, site.mint())
    expect(response.status).toBe(503)
    expect(response.values('X-Decision-Id')).toHaveLength(1)
    expect(response.values('X-Decision-Reason')).toEqual(['proxy_error'])
    expect(JSON.parse(response.body)).toMatchObject({ code: 'proxy_error' })
  })

  const broken: readonly (readonly [string, string | undefined])[] = [
    ['never answers', undefined],
    ['closes without an answer', ''],
    ['answers what is not HTTP', 'OK\r\n\r\n'],
    ['answers 302', 'HTTP/1.1 302 Found\r\nLocation: /public/1\r\nContent-Length: 0\r\n\r\n'],
    ['answers 404', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'],
    [
      'answers headers beyond the buffer',
      `HTTP/1.1 200 OK\r\nX-Auth-Subject: ${'x'.repeat(20_000)}\r\nContent-Length: 0\r\n\r\n`,
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
        between: async () => port,
        editSnippet: (text) => text.replace('proxy_read_timeout 3s', 'proxy_read_timeout 200ms'),
      })
      expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(503)
      expect(site.app.received).toEqual([])
    })
  }
})

liveSuite('nginx while the keys are unavailable', ['nginx'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    const url = `http://127.0.0.1:${await freePort()}/jwks`
    site = await startGuardedSite(cleanup, {
      keys: `{ jwks_url: "${url}", allow_http: true, first_fetch_wait: 100ms }`,
    })
  })
  afterAll(() => cleanup.run())

  describe('no client learns that it should throw its token away', () => {
    it('answers 503 with reason and id, and neither 401 nor 500', async () => {
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
})
