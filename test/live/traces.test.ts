/** Traces through the real proxies, which do not trace themselves, with the printed texts. */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { CONFORMING, nameOf } from '../support/live/conformance/proxies.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startSpanReceiver, type SpanReceiver } from '../support/span-receiver.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE}-${SPAN}-01`

for (const proxy of CONFORMING) {
  liveSuite(`${nameOf(proxy)} with tracing in Warder`, proxy.programs, () => {
    const cleanup = createCleanup()
    let receiver: SpanReceiver
    let site: GuardedSite
    beforeAll(async () => {
      receiver = startSpanReceiver(cleanup)
      site = await startGuardedSite(cleanup, {
        front: proxy.start,
        portOf: proxy.portOf,
        extraConfig: `tracing: { endpoint: "${receiver.url}" }\n`,
        extraListen: proxy.extraListen ?? '',
      })
    })
    afterAll(() => cleanup.run())

    it("continues the client's trace, which the application gets too", async () => {
      const headers = [
        ['traceparent', TRACEPARENT],
        ['tracestate', 'a=1'],
      ] as const
      const answer = await site.ask({ target: '/orders/7', headers }, site.mint())
      expect(answer.status).toBe(200)
      const [span] = await receiver.whole(1)
      expect(span).toMatchObject({
        name: 'warder.decide',
        traceId: TRACE,
        parentSpanId: SPAN,
        traceState: 'a=1',
      })
      expect(span?.attributes).toMatchObject({ 'url.path': '/orders/7', 'warder.reason': 'ok' })
      const [request] = site.app.received
      expect([request?.values('traceparent'), request?.values('tracestate')]).toEqual([
        [TRACEPARENT],
        ['a=1'],
      ])
    })
  })
}
