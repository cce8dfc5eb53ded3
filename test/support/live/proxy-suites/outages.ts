/** A real proxy without a decision of Warder: nothing passes. */
import { createServer } from 'node:net'
import { afterAll, expect, it } from 'bun:test'
import { createCleanup } from '../cleanup.ts'
import { startGuardedSite } from '../guarded-site.ts'
import { liveSuite } from '../live-suite.ts'
import { freePort, listen } from '../loopback.ts'
import { startWarder } from '../warder.ts'
import type { LiveProxy } from './live-proxy.ts'

const ok = (fields: string, body = ''): string =>
  `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`

const BROKEN: readonly (readonly [string, string])[] = [
  ['closes without an answer', ''],
  ['answers what is not HTTP', 'OK\r\n\r\n'],
  ['answers 302', 'HTTP/1.1 302 Found\r\nLocation: /public/1\r\nContent-Length: 0\r\n\r\n'],
  ['answers 404', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'],
  ['answers half a head', 'HTTP/1.1 200 OK\r\nX-Decision-Id: 1\r\n'],
  ['answers 100 and closes', 'HTTP/1.1 100 Continue\r\n\r\n'],
]

export function outagesSuite({ name, programs, front, proxy: { carries }, trusts, waits }: LiveProxy): void {
  liveSuite(`${name}: without a decision`, programs, () => {
    const cleanup = createCleanup()
    afterAll(() => cleanup.run())

    it('lets no request pass while Warder is down, and all good ones once it is back', async () => {
      const site = await startGuardedSite(cleanup, { front, decisions: `127.0.0.1:${await freePort()}` })
      expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
      await site.warder.stop()
      const before = site.app.received.length
      for (const target of ['/orders/1', '/public/1', '/closed/1', '/']) {
        const response = await site.ask({ target }, site.mint())
        expect(response.status).toBe(carries.whenUnreachable)
        expect(response.values('X-Decision-Id')).toEqual([])
        expect(response.values('WWW-Authenticate')).toEqual([])
      }
      expect(site.app.received.length).toBe(before)

      await startWarder(site.configText, cleanup)
      expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
      expect((await site.ask({ target: '/orders/1' })).status).toBe(401)
    })

    it('carries 503 with its reason while the keys are unavailable', async () => {
      const url = `http://127.0.0.1:${await freePort()}/jwks`
      const keys = `{ jwks_url: "${url}", allow_http: true, first_fetch_wait: 100ms }`
      const site = await startGuardedSite(cleanup, { front, keys })
      const response = await site.ask({ target: '/orders/1' }, site.mint())
      expect(response.status).toBe(503)
      expect(response.values('X-Decision-Reason')).toEqual(['keys_unavailable'])
      expect(response.values('Retry-After')).toHaveLength(1)
      expect(site.app.received).toEqual([])
    })

    const broken = trusts.any200
      ? BROKEN
      : [...BROKEN, ['answers 200 as another program', ok('', 'hello')] as const]
    for (const [what, answer] of broken) {
      it(`lets no request pass when what listens there ${what}`, async () => {
        const other = createServer((socket) => {
          socket.on('error', () => socket.destroy())
          socket.on('data', () => void socket.end(answer, 'latin1'))
        })
        const port = await listen(other, cleanup)
        const site = await startGuardedSite(cleanup, { front, between: async () => port })
        const { status } = await site.ask({ target: '/orders/1' }, site.mint())
        expect(status === 200 ? 'passed or said so' : 'refused').toBe('refused')
        expect(site.app.received).toEqual([])
      })
    }

    if (waits !== undefined)
      it('lets no request pass when what listens there never answers', async () => {
        const port = await listen(
          createServer(() => undefined),
          cleanup,
        )
        const editSnippet = (text: string): string => {
          const edited = text.replace(waits.line, waits.shorter)
          if (edited === text) throw new Error('the snippet has no such line')
          return edited
        }
        const site = await startGuardedSite(cleanup, { front, between: async () => port, editSnippet })
        const response = await site.ask({ target: '/orders/1' }, site.mint())
        expect(response.status).toBe(carries.whenUnreachable)
        expect(site.app.received).toEqual([])
      })
  })
}
