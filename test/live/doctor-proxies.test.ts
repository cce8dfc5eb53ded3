/** `warder doctor` at every proxy, with the text that `warder snippet` prints for it. */
import { afterAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { CONFORMING } from '../support/live/conformance/proxies.ts'
import { examine, startEchoServer } from '../support/live/doctor-site.ts'
import { startGuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'

for (const { name, programs, start } of CONFORMING) {
  liveSuite(`warder doctor at ${name}`, programs, () => {
    const cleanup = createCleanup()
    afterAll(() => cleanup.run())
    it('finds nothing', async () => {
      const upstream = `127.0.0.1:${startEchoServer(cleanup)}`
      const site = await startGuardedSite(cleanup, { upstream, front: start })
      const examined = await examine(
        { port: site.port, token: site.mint(), configText: site.configText, flags: ['--proxy', name] },
        cleanup,
      )
      expect([...examined.with('fail'), ...examined.with('warning'), ...examined.with('unknown')]).toEqual([])
      expect([examined.code, examined.report.has_echo]).toEqual([0, true])
    })
  })
}
