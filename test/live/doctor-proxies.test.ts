/** `warder doctor` at every proxy, with the text that `warder snippet` prints for it. */
import { afterAll, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { CONFORMING, nameOf } from '../support/live/conformance/proxies.ts'
import { startConformanceSite } from '../support/live/conformance/site.ts'
import { everythingPasses, examine, startEchoServer } from '../support/live/doctor-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'

for (const proxy of CONFORMING) {
  liveSuite(`warder doctor at ${nameOf(proxy)}`, proxy.programs, () => {
    const cleanup = createCleanup()
    afterAll(() => cleanup.run())
    it('finds nothing', async () => {
      const { port, configText, mint } = await startConformanceSite(proxy, cleanup, startEchoServer(cleanup))
      const flags = ['--proxy', proxy.name]
      everythingPasses(await examine({ port, token: mint(), configText, flags }, cleanup), 45)
    })
  })
}
