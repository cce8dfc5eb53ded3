/** What clients and the application get through a real proxy, by the decision. */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../cleanup.ts'
import { decisionsReachClientAndApplication } from '../decisions.ts'
import { startGuardedSite, withToken, type GuardedSite } from '../guarded-site.ts'
import { liveSuite } from '../live-suite.ts'
import { openClient, requestText } from '../raw-client.ts'
import type { LiveProxy } from './live-proxy.ts'

export function decisionsSuite({ name, programs, front, proxy: { carries }, refuses }: LiveProxy): void {
  liveSuite(`${name}: what the decision does`, programs, () => {
    const cleanup = createCleanup()
    let site: GuardedSite
    beforeAll(async () => {
      site = await startGuardedSite(cleanup, { front, extraConfig: 'limits: { max_token_bytes: 64KiB }' })
    })
    afterAll(() => cleanup.run())

    decisionsReachClientAndApplication(() => site, { keepsPhrases: false })

    it('lets a public path through, without an identity', async () => {
      expect((await site.ask({ target: '/public/1' })).status).toBe(200)
      const absent = carries.absentIdentity === 'empty' ? [''] : []
      expect(site.app.received.at(-1)?.values('X-Auth-Subject')).toEqual(absent)
    })

    for (const method of ['POST', 'PATCH', 'DELETE', 'PROPFIND']) {
      it(`judges ${method} as ${method}, and passes it on`, async () => {
        expect((await site.ask({ method, target: '/orders/1' })).status).toBe(401)
        expect(site.warder.log.at(-1)?.fields).toMatchObject({ method, path: '/orders/1' })
        expect((await site.ask({ method, target: '/orders/1' }, site.mint())).status).toBe(200)
        expect(site.app.received.at(-1)?.method).toBe(method)
      })
    }

    it('lets no request with two Authorization fields pass', async () => {
      const before = site.app.received.length
      const headers = [['Authorization', `Bearer ${site.mint()}`]] as const
      const response = await site.ask({ target: '/orders/1', headers }, site.mint())
      if (refuses.twoTokens) expect(response.status).toBe(400)
      else expect(response.values('X-Decision-Reason')).toEqual(['token_multiple'])
      expect(site.app.received.length).toBe(before)
    })

    it('lets two tokens in one Authorization field not pass', async () => {
      const response = await site.ask({ target: '/orders/1' }, `${site.mint()}, Bearer ${site.mint()}`)
      expect(response.values('X-Decision-Reason')).toEqual(['token_multiple'])
    })

    it('carries bodies twice on a kept connection, and the next request is judged by itself', async () => {
      const client = await openClient(site.port)
      for (const [target, expected, body] of [
        ['/orders/1', 200, 'a=1'],
        ['/orders/2', 200, 'x'.repeat(100_000)],
        ['/closed/1', 403, 'a=1'],
        ['/orders/3', 200, 'last'],
      ] as const) {
        client.send(requestText(withToken({ method: 'POST', target, body }, site.mint())))
        expect((await client.receive()).status).toBe(expected)
        if (expected === 200) expect(site.app.received.at(-1)?.body).toBe(body)
      }
      client.close()
      expect(site.app.received.slice(-3).map(({ target }) => target)).toEqual([
        '/orders/1',
        '/orders/2',
        '/orders/3',
      ])
      expect(site.warder.log.some(({ fields }) => fields['event'] === 'unread_body')).toBe(false)
    })

    it('carries a token of 60 KiB', async () => {
      const filler = 'x'.repeat(45_000)
      expect(site.mint({ filler }).length).toBeGreaterThan(60_000)
      expect((await site.ask({ target: '/orders/1' }, site.mint({ filler }))).status).toBe(200)
    })

    it('carries every identity header at its longest', async () => {
      const [sub, roles] = ['s'.repeat(4096), 'r'.repeat(4096)]
      expect((await site.ask({ target: '/orders/1' }, site.mint({ sub, roles }))).status).toBe(200)
      expect(site.app.received.at(-1)?.values('X-Auth-Subject')).toEqual([sub])
      expect(site.app.received.at(-1)?.values('X-Auth-Roles')).toEqual([roles])
    })

    it('passes on a value that looks like a variable as it is', async () => {
      for (const sub of ['{env.HOME}', '{http.request.host}', '{{ .Host }}', '$host', '%[src]']) {
        expect((await site.ask({ target: '/orders/1' }, site.mint({ sub }))).status).toBe(200)
        expect(site.app.received.at(-1)?.values('X-Auth-Subject').map(decodeURIComponent)).toEqual([sub])
      }
    })
  })
}
