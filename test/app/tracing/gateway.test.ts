import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { answerText, forwardAuthConfig } from '../../support/forward-auth.ts'
import { gatewayConfig, runGateway, startRawUpstream, type RawUpstream } from '../../support/run-gateway.ts'
import { openClient } from '../../support/live/raw-client.ts'
import { startSpanReceiver, type ReceivedSpan } from '../../support/span-receiver.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const SAMPLED = { traceparent: `00-${TRACE}-${SPAN}-01` }
const UNSAMPLED = { traceparent: `00-${TRACE}-${SPAN}-00` }
/** The client of the tests is a proxy that is trusted. */
const BEHIND_PROXY = 'trusted_proxies: 127.0.0.1'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const named = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const found = spans.find((span) => span.name === name)
  if (found === undefined)
    throw new Error(`no span ${name} among ${spans.map((span) => span.name).join(', ')}`)
  return found
}
const fieldsAt = ({ received }: RawUpstream): readonly (readonly string[])[] =>
  received.map((request) => [...request.values('traceparent'), ...request.values('tracestate')])

async function start(config: (tracing: string) => string) {
  const receiver = startSpanReceiver(cleanup)
  const gateway = await runGateway(config(`tracing: { endpoint: "${receiver.url}" }\n`), cleanup)
  return { receiver, gateway, get: (path: string, headers = {}) => fetch(gateway.url + path, { headers }) }
}

describe('the gateway', () => {
  it('connects the trace of a trusted proxy with that of the server', async () => {
    const app = await startRawUpstream(cleanup)
    const { receiver, get } = await start(
      (tracing) => gatewayConfig([app.url], { listen: BEHIND_PROXY }) + tracing,
    )
    await get('/public/x?secret=hunter2', { ...SAMPLED, tracestate: 'a=1 , b=2' })
    const spans = await receiver.whole(3)
    const [exchange, decide, attempt] = ['GET public', 'warder.decide', 'warder.upstream'].map((name) =>
      named(spans, name),
    )
    expect(exchange).toMatchObject({ traceId: TRACE, parentSpanId: SPAN, kind: 2, traceState: 'a=1,b=2' })
    expect(decide).toMatchObject({ traceId: TRACE, parentSpanId: exchange?.spanId, kind: 1 })
    expect(attempt).toMatchObject({ traceId: TRACE, parentSpanId: exchange?.spanId, kind: 3 })
    expect(fieldsAt(app)).toEqual([[`00-${TRACE}-${attempt?.spanId}-01`, 'a=1,b=2']])
    expect(exchange?.attributes).toMatchObject({
      'http.request.method': 'GET',
      'url.path': '/public/x',
      'http.response.status_code': '200',
      'warder.route': 'public',
      'warder.upstream': 'app',
    })
    expect(attempt?.attributes).toMatchObject({
      'server.address': '127.0.0.1',
      'server.port': String(app.port),
      'http.response.status_code': '200',
    })
    expect(receiver.bodies.join('')).not.toContain('hunter2')
  })
  it('begins another trace for any other client, whose fields reach nobody', async () => {
    const app = await startRawUpstream(cleanup)
    const { receiver, get, gateway } = await start((tracing) => gatewayConfig([app.url]) + tracing)
    await get('/public/x', { ...SAMPLED, tracestate: 'a=1' })
    const spans = await receiver.whole(3)
    const exchange = named(spans, 'GET public')
    expect(exchange.traceId).not.toBe(TRACE)
    expect(exchange.parentSpanId).toBeUndefined()
    expect(fieldsAt(app)).toEqual([[`00-${exchange.traceId}-${named(spans, 'warder.upstream').spanId}-01`]])
    expect(gateway.lines.find(({ event }) => event === 'gateway')).toMatchObject({
      trace_id: exchange.traceId,
    })
  })
  it('passes on what a trusted proxy has not sampled, as it is', async () => {
    const app = await startRawUpstream(cleanup)
    const { receiver, get } = await start(
      (tracing) => gatewayConfig([app.url], { listen: BEHIND_PROXY }) + tracing,
    )
    await get('/public/x', { ...UNSAMPLED, tracestate: 'a=1' })
    await get('/public/y', SAMPLED)
    expect((await receiver.whole(3)).some(({ attributes }) => attributes['url.path'] === '/public/x')).toBe(
      false,
    )
    expect(fieldsAt(app)[0]).toEqual([UNSAMPLED.traceparent, 'a=1'])
  })
  it('tells the server that a trace which begins here is not sampled', async () => {
    const app = await startRawUpstream(cleanup)
    const { receiver, get } = await start(
      (tracing) => gatewayConfig([app.url]) + tracing.replace(' }', ', sample_ratio: 0 }'),
    )
    await get('/public/x')
    expect(fieldsAt(app)[0]?.[0]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
    expect(receiver.spans).toEqual([])
  })
  it('without `tracing`, touches neither field', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    await fetch(`${gateway.url}/public/x`, { headers: { traceparent: 'any thing', tracestate: '=x' } })
    expect(fieldsAt(app)).toEqual([['any thing', '=x']])
  })
  it('shows each attempt', async () => {
    const app = await startRawUpstream(cleanup)
    const { receiver, get } = await start(
      (tracing) =>
        gatewayConfig(['http://127.0.0.1:9', app.url], { upstream: 'balance: round_robin' }) + tracing,
    )
    await get('/public/x')
    const attempts = (await receiver.whole(4)).filter(({ name }) => name === 'warder.upstream')
    expect(attempts.map(({ attributes }) => attributes['error.type'])).toEqual(['connect_failed', undefined])
    expect(attempts[0]?.status).toEqual({ code: 2, message: 'connect_failed' })
    expect(attempts[1]?.attributes).toMatchObject({ 'http.request.resend_count': '1' })
    expect(fieldsAt(app)[0]?.[0]).toContain(attempts[1]?.spanId ?? '?')
  })
  it('shows a server that closes', async () => {
    const app = await startRawUpstream(cleanup, (_, socket) => socket.destroy())
    const { receiver, get } = await start((tracing) => gatewayConfig([app.url]) + tracing)
    expect((await get('/public/x')).status).toBe(502)
    const spans = await receiver.whole(3)
    expect(named(spans, 'warder.upstream').status).toEqual({ code: 2, message: 'upstream_closed' })
    expect(named(spans, 'GET public').status).toEqual({ code: 2, message: 'upstream_closed' })
    expect(named(spans, 'warder.decide').status).toBeUndefined()
  })
  it('records a denial, which is no error', async () => {
    const app = await startRawUpstream(cleanup)
    const { receiver, get } = await start((tracing) => gatewayConfig([app.url]) + tracing)
    expect((await get('/orders/7')).status).toBe(401)
    const spans = await receiver.whole(2)
    expect(named(spans, 'warder.decide').attributes).toMatchObject({ 'warder.reason': 'token_missing' })
    for (const { status } of spans) expect(status).toBeUndefined()
  })
  it('gives no client the name of a span', async () => {
    const app = await startRawUpstream(cleanup)
    const { receiver, gateway } = await start((tracing) => gatewayConfig([app.url]) + tracing)
    const client = await openClient(gateway.port)
    client.send('BREW /public/x HTTP/1.1\r\nHost: a.example\r\n\r\n')
    await client.receive()
    client.close()
    const span = named(await receiver.whole(3), 'HTTP public')
    expect(span.attributes).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'BREW',
    })
  })
})

describe('an auth service', () => {
  it('is asked as a part of the trace', async () => {
    const [app, auth] = [await startRawUpstream(cleanup), await startRawUpstream(cleanup)]
    const { receiver, get } = await start(
      (tracing) => forwardAuthConfig(`${auth.url}/auth`, app.url, '') + tracing,
    )
    await get('/x', { ...SAMPLED, tracestate: 'a=1' })
    const spans = await receiver.whole(4)
    const asked = named(spans, 'warder.auth_service')
    expect(asked.parentSpanId).toBe(named(spans, 'warder.decide').spanId)
    expect(fieldsAt(auth)).toEqual([[`00-${asked.traceId}-${asked.spanId}-01`]])
    expect(asked.attributes).toMatchObject({
      'http.response.status_code': '200',
      'server.port': String(auth.port),
      'warder.outcome': 'allow',
    })
  })
  it('whose answers are remembered is asked once, whatever the traces', async () => {
    const [app, auth] = [await startRawUpstream(cleanup), await startRawUpstream(cleanup)]
    const { get } = await start(
      (tracing) => forwardAuthConfig(`${auth.url}/auth`, app.url, 'cache: { ttl: 60s }') + tracing,
    )
    for (let i = 0; i < 3; i += 1) await get('/x', SAMPLED)
    expect(auth.received.length).toBe(1)
    expect(app.received.length).toBe(3)
  })
  it('that denies is no error, and one that fails is', async () => {
    for (const [answer, error] of [
      [answerText(403), undefined],
      [answerText(500), 'auth_service_failed'],
    ] as const) {
      const app = await startRawUpstream(cleanup)
      const auth = await startRawUpstream(cleanup, (_, socket) => void socket.write(answer))
      const { receiver, get } = await start(
        (tracing) => forwardAuthConfig(`${auth.url}/auth`, app.url, '') + tracing,
      )
      await get('/x')
      expect(named(await receiver.whole(3), 'warder.auth_service').status?.message).toBe(error as string)
    }
  })
})
