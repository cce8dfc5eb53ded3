/**
 * Paths as real applications read them: whatever Warder allows, no application routes to another place than the one
 * that was judged. They get each request byte for byte, as the parity test shows of every proxy.
 */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { splitTarget } from '../../src/request/split-target.ts'
import { startWarder, type RunningWarder } from '../support/live/warder.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { PARITY_REQUESTS } from '../support/live/conformance/parity-requests.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { openClient, requestText } from '../support/live/raw-client.ts'
import { ROUTE_APPS, startRouteApp } from '../support/live/route-apps/route-apps.ts'

/** Everything is open but one folder, so that each path that leads there must be denied. */
const CONFIG = `version: 1
routes:
  - { name: closed, match: { path: /closed/** }, access: deny }
  - { name: public, match: { path: /public/** }, access: public }
  - { name: orders, match: { path: /orders/** }, access: public }
  - { name: items, match: { path: /items/** }, access: public, encoded: keep }
listen: { decisions: 127.0.0.1:0, admin: off }
`

const HEADS = [
  '/',
  '//',
  '/./',
  '/public/../',
  '/items/../',
  '/items/..%2f',
  '/items/%2e%2e/',
  '/public/..;/',
  '/items/..;/',
  '/items/x/../../',
  '/items/..%5c',
  '/%2e/',
  '/items//../',
  '/items/%2e%2e%2f',
]
const NAMES = ['closed', 'Closed', '%63losed', 'closed%2f', 'closed;a', 'closed%00', 'clo%73ed', 'cl%6Fsed']
const TAILS = ['/1', '/', '', '/1/..', '/%2e', '//1', '.json/1', '/1?x=/public/']
const TARGETS = [
  ...new Set([
    ...HEADS.flatMap((head) => NAMES.flatMap((name) => TAILS.map((tail) => head + name + tail))),
    ...PARITY_REQUESTS.map(({ target }) => target),
  ]),
]

for (const app of ROUTE_APPS) {
  liveSuite(`${app.name} behind Warder`, app.programs, () => {
    const cleanup = createCleanup()
    let warder: RunningWarder
    let port: number
    beforeAll(async () => {
      warder = await startWarder(CONFIG, cleanup)
      port = await startRouteApp(app, cleanup)
    })
    afterAll(() => cleanup.run())

    it('serves what is allowed at the place that was judged, or not at all', async () => {
      const { decide } = warder.service.instance
      const served = new Map<string, number>()
      for (const target of TARGETS) {
        const { path, query } = splitTarget(target)
        const request = {
          method: 'GET',
          scheme: 'http',
          host: 'api.example.com',
          path,
          query,
          headers: new Headers(),
        } as const
        const decision = await decide({ request, policy: undefined })
        if (decision.outcome !== 'allow') continue
        const route = await routeOf(port, target)
        served.set(route, (served.get(route) ?? 0) + 1)
        expect([target, ['none', decision.route]]).toEqual([target, expect.arrayContaining([route])])
      }
      // Otherwise nothing was compared.
      for (const name of ['public', 'orders', 'items']) expect(served.get(name)).toBeGreaterThan(5)
    })

    it('would serve the closed place under some spelling that is denied', async () => {
      expect(await routeOf(port, '/closed/1')).toBe('closed')
    })
  })
}

/** The route that the application chose; `none` where it refuses, redirects or finds nothing. */
async function routeOf(port: number, target: string): Promise<string> {
  const client = await openClient(port)
  try {
    client.send(requestText({ target, headers: [['Connection', 'close']] }))
    const answer = await client.receive().catch(() => undefined)
    return /^route (\w+)$/.exec(answer?.body ?? '')?.[1] ?? 'none'
  } finally {
    client.close()
  }
}
