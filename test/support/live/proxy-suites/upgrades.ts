/** Changes of protocol through a real proxy: WebSocket, and nothing else. */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../guarded-site.ts'
import type { Hypercorn } from '../hypercorn.ts'
import { liveSuite } from '../live-suite.ts'
import { waitFor } from '../loopback.ts'
import { attackByUpgrade, H2C, startUpgradeField } from '../upgrades.ts'
import type { LiveProxy } from './live-proxy.ts'

type Fields = readonly (readonly [string, string])[]

const handshake = (...upgrades: readonly string[]): Fields => [
  ['Connection', 'Upgrade'],
  ...upgrades.map((upgrade) => ['Upgrade', upgrade] as const),
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
]

const [UPGRADE, ...H2C_REST] = H2C

const ATTEMPTS: readonly (readonly [name: string, headers: Fields])[] = [
  ['h2c', H2C],
  ['H2C in upper case', [['Upgrade', 'H2C'], ...H2C_REST]],
  ['h2c after websocket', [['Upgrade', 'websocket, h2c'], ...H2C_REST]],
  ['h2c before websocket', [['Upgrade', 'h2c, websocket'], ...H2C_REST]],
  ['h2c and websocket in two lines', [UPGRADE, ['Upgrade', 'websocket'], ...H2C_REST]],
  ['websocket and h2c in two lines', [['Upgrade', 'websocket'], UPGRADE, ...H2C_REST]],
  ['TLS', handshake('TLS/1.2')],
  ['TLS before websocket in two lines', handshake('TLS/1.2', 'websocket')],
  ['TLS after websocket in two lines', handshake('websocket', 'TLS/1.2')],
]

export function upgradesSuite({ name, programs, front }: LiveProxy): void {
  liveSuite(`${name}: changes of protocol`, [...programs, 'hypercorn'], () => {
    const cleanup = createCleanup()
    let app: Hypercorn
    let site: GuardedSite
    let echo: GuardedSite
    beforeAll(async () => {
      ;({ app, site } = await startUpgradeField(cleanup, { front }))
      echo = await startGuardedSite(cleanup, { front })
    })
    afterAll(() => cleanup.run())

    for (const [what, headers] of ATTEMPTS) {
      it(`does not hand on ${what}`, async () => {
        const before = app.served().length
        const response = await attackByUpgrade({ site, app }, headers, cleanup)
        // Of two lines, the proxy may hand on `websocket` alone.
        if (response.status === 101) expect(response.values('Upgrade').join().toLowerCase()).toBe('websocket')
        // The next request is judged and served as ever, and there is none between.
        expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
        await waitFor('the last request', () =>
          app.served().at(-1)?.includes('/orders/1') ? true : undefined,
        )
        expect(
          app
            .served()
            .slice(before)
            .filter((line) => line.includes('/closed/')),
        ).toEqual([])
        expect(
          app
            .served()
            .slice(before)
            .filter((line) => line.startsWith('2')),
        ).toEqual([])
      })
    }

    for (const [what, headers] of ATTEMPTS) {
      it(`shows the application neither ${what} nor what Connection names`, async () => {
        const named = headers.map(([field, value]) =>
          field === 'Connection' ? [field, `${value}, X-Decision-Id`] : [field, value],
        ) as unknown as Fields
        expect((await echo.ask({ target: '/orders/1', headers: named }, echo.mint())).status).toBe(200)
        const request = echo.app.received.at(-1)
        // Two lines, one of which is `websocket`, are a handshake of WebSocket or none.
        for (const value of request?.values('Upgrade') ?? []) expect(value).toBe('websocket')
        expect(request?.values('HTTP2-Settings')).toEqual([])
        expect(request?.values('X-Auth-Subject')).toEqual(['alice'])
        expect(request?.values('X-Decision-Id')).toHaveLength(1)
      })
    }

    for (const upgrade of ['websocket', 'WebSocket', 'WEBSOCKET']) {
      it(`opens a WebSocket for \`Upgrade: ${upgrade}\``, async () => {
        const request = { target: '/socket', headers: handshake(upgrade) }
        expect((await site.ask(request, site.mint())).status).toBe(101)
        expect((await site.ask(request)).status).toBe(401)
      })
    }

    it('carries messages both ways', async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${site.port}/socket`, {
        headers: { Host: 'api.example.com', Authorization: `Bearer ${site.mint()}` },
      })
      const reply = await new Promise((resolve, reject) => {
        socket.addEventListener('open', () => socket.send('ping'))
        socket.addEventListener('message', (event) => resolve(event.data))
        socket.addEventListener('error', () => reject(new Error('no WebSocket')))
      })
      socket.close()
      expect(reply).toBe('heard ping')
    })
  })
}
