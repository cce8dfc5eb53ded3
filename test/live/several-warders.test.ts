/** Several Warders, of which one cannot be reached: every proxy whose text can name several goes on. */
import { createServer } from 'node:net'
import { afterAll, expect, it } from 'bun:test'
import { PROXIES } from '../../src/callers/callers.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { CONFORMING, nameOf } from '../support/live/conformance/proxies.ts'
import { startConformanceSite } from '../support/live/conformance/site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, listen, waitFor } from '../support/live/loopback.ts'
import { ask } from '../support/live/raw-client.ts'

const REQUESTS = 8

for (const proxy of CONFORMING) {
  const { snippet } = PROXIES.find(({ name }) => name === proxy.name) ?? {}
  if (snippet === undefined || snippet.oneTcpAddress !== undefined) continue
  liveSuite(`${nameOf(proxy)} with several Warders`, proxy.programs, () => {
    const cleanup = createCleanup()
    afterAll(() => cleanup.run())

    const statuses = async (decisions: (good: string) => string): Promise<readonly number[]> => {
      const site = await startConformanceSite(
        {
          ...proxy,
          start: (at, ending) => proxy.start({ ...at, decisions: decisions(at.decisions) }, ending),
        },
        cleanup,
      )
      // Envoy takes requests before its first health check has ended, and asks one that is down, in turn, until then.
      if (proxy.name.startsWith('envoy'))
        await waitFor('two allows in a row', async () => {
          const first = await ask(site.port, { target: '/public/1' })
          const second = await ask(site.port, { target: '/public/1' })
          return first.status === 200 && second.status === 200 ? true : undefined
        })
      const all: number[] = []
      for (let i = 0; i < REQUESTS; i++) all.push((await ask(site.port, { target: '/public/1' })).status)
      for (const received of site.app.received) expect(received.values('x-decision-id')).toHaveLength(1)
      return all
    }
    const allowed = Array.from({ length: REQUESTS }, () => 200)

    it('asks the others while the first or the last one is down', async () => {
      const down = `127.0.0.1:${await freePort()}`
      expect(await statuses((good) => `${down} ${good}`)).toEqual(allowed)
      expect(await statuses((good) => `${good} ${down}`)).toEqual(allowed)
    })

    it('goes on with the others when one does not answer', async () => {
      const silent = await listen(
        createServer((socket) => socket.on('error', () => socket.destroy())),
        cleanup,
      )
      const all = await statuses((good) => `127.0.0.1:${silent} ${good}`)
      // The first question may have been for it.
      expect(all.filter((status) => status !== 200).length).toBeLessThanOrEqual(1)
    })
  })
}
