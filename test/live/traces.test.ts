/** Traces through the real proxies, which do not trace themselves, with the printed texts. */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { CONFORMING, nameOf, type ConformingProxy } from '../support/live/conformance/proxies.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { traefikFront } from '../support/live/traefik.ts'
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

/** Their spans go nowhere. */
const NOWHERE = 'http://127.0.0.1:9/v1/traces'
const TRAEFIK_TRACES = `tracing: { otlp: { http: { endpoint: "${NOWHERE}" } } }
`
const ENVOY_TRACES = `
                tracing:
                  provider:
                    name: envoy.tracers.opentelemetry
                    typed_config:
                      "@type": type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig
                      http_service: { http_uri: { uri: "${NOWHERE}", cluster: application, timeout: 1s } }`
const CONNECTION_MANAGER = 'stat_prefix: warder_site'
const envoyThatTraces = (text: string): string =>
  text.replace(CONNECTION_MANAGER, CONNECTION_MANAGER + ENVOY_TRACES)

const envoys = CONFORMING.filter(({ programs }) => programs.includes('envoy'))
const TRACING: readonly TracingProxy[] = [
  { name: 'traefik', programs: ['traefik'], start: traefikFront(undefined, undefined, TRAEFIK_TRACES) },
  ...envoys.map((proxy) => ({ ...proxy, editSnippet: envoyThatTraces })),
]

interface TracingProxy extends ConformingProxy {
  readonly editSnippet?: (text: string) => string
}

for (const proxy of TRACING) {
  liveSuite(`${proxy.name} that traces`, proxy.programs, () => {
    const cleanup = createCleanup()
    afterAll(() => cleanup.run())

    it('asks below its own span, in the trace of the client', async () => {
      const receiver = startSpanReceiver(cleanup)
      const site = await startGuardedSite(cleanup, {
        front: proxy.start,
        portOf: proxy.portOf,
        extraConfig: `tracing: { endpoint: "${receiver.url}" }\n`,
        extraListen: proxy.extraListen ?? '',
        ...(proxy.editSnippet && { editSnippet: proxy.editSnippet }),
      })
      const headers = [['traceparent', TRACEPARENT]] as const
      const answer = await site.ask({ target: '/orders/7', headers }, site.mint())
      expect(answer.status).toBe(200)
      const [span] = await receiver.whole(1)
      expect(span?.traceId).toBe(TRACE)
      expect(span?.parentSpanId).toMatch(/^[0-9a-f]{16}$/)
      expect(span?.parentSpanId).not.toBe(SPAN)
      const [request] = site.app.received.filter(({ target }) => target === '/orders/7')
      expect(request?.values('traceparent')[0]).toStartWith(`00-${TRACE}-`)
    })
  })
}
