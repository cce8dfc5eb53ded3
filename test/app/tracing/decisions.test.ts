import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { asked, mint } from '../../support/mint.ts'
import { CONFIG, loadOrThrow, runService, type RunningService } from '../../support/run-service.ts'
import { startSpanReceiver, type SpanReceiver } from '../../support/span-receiver.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const SAMPLED = { traceparent: `00-${TRACE}-${SPAN}-01` }

const cleanup = createCleanup()
afterEach(() => cleanup.run())

async function start(
  tracing: string,
  receiver: SpanReceiver = startSpanReceiver(cleanup),
): Promise<RunningService & { readonly receiver: SpanReceiver }> {
  const running = await runService(`${CONFIG}tracing: { endpoint: "${receiver.url}"${tracing} }\n`)
  cleanup.add(() => running.service.stop(0))
  return { ...running, receiver }
}

const ask = (decisions: string, headers: Record<string, string>): Promise<Response> =>
  fetch(`${decisions}/v1/auth/nginx`, { headers })

describe('the decision listener', () => {
  it("records an allow below the caller's span, without claims, query and token", async () => {
    const { decisions, receiver } = await start('')
    const token = mint({ scope: 'orders:read', email: 'alice@example.com' })
    const url = 'https://api.example.com/orders/7?secret=hunter2'
    const answer = await ask(decisions, { ...asked('GET', url, token), ...SAMPLED, tracestate: 'a=1' })
    expect(answer.status).toBe(200)
    const [span] = await receiver.whole(1)
    expect(span).toMatchObject({
      traceId: TRACE,
      parentSpanId: SPAN,
      traceState: 'a=1',
      name: 'warder.decide',
      kind: 2,
    })
    expect(span?.attributes).toEqual({
      'http.request.method': 'GET',
      'url.scheme': 'https',
      'server.address': 'api.example.com',
      'url.path': '/orders/7',
      'http.response.status_code': '200',
      'warder.outcome': 'allow',
      'warder.reason': 'ok',
      'warder.route': 'read',
      'warder.policy': 'read',
      'warder.issuer': 'main',
      'warder.caller': 'nginx',
      'warder.decision.id': answer.headers.get('x-decision-id') as string,
    })
    expect(span?.status).toBeUndefined()
    expect(BigInt(span?.endTimeUnixNano ?? 0)).toBeGreaterThanOrEqual(BigInt(span?.startTimeUnixNano ?? 0))
    const startMs = Number(span?.startTimeUnixNano) / 1e6
    expect(Math.abs(startMs - Date.now())).toBeLessThan(60_000)
    for (const secret of [token, 'hunter2', 'alice']) expect(receiver.bodies.join('')).not.toContain(secret)
  })
  it('records a denial, which is no error, and names its trace in the log', async () => {
    const { decisions, receiver, lines } = await start('')
    const client = { 'x-forwarded-for': '192.0.2.7' }
    await ask(decisions, { ...asked('GET', 'https://api.example.com/orders/7'), ...client, ...SAMPLED })
    const [span] = await receiver.whole(1)
    expect(span?.attributes).toMatchObject({ 'warder.outcome': 'deny', 'warder.reason': 'token_missing' })
    expect(span?.status).toBeUndefined()
    const line = lines.find(({ event }) => event === 'decision')
    expect(line).toMatchObject({ trace_id: TRACE, client: '192.0.2.7' })
  })
  it('keeps the address of the client, in the log and in the span', async () => {
    const { decisions, receiver, lines } = await start('')
    const headers = asked('GET', 'https://api.example.com/orders/7')
    await ask(decisions, { ...headers, 'x-forwarded-for': '203.0.113.9' })
    const [span] = await receiver.whole(1)
    expect(span?.attributes).toMatchObject({ 'client.address': '203.0.113.9' })
    expect(lines.find(({ event }) => event === 'decision')).toMatchObject({ client: '203.0.113.9' })
  })
  it('begins a trace of its own for a request without one', async () => {
    const { decisions, receiver, lines } = await start('')
    await ask(decisions, asked('GET', 'https://api.example.com/orders/7'))
    const [span] = await receiver.whole(1)
    expect(span?.parentSpanId).toBeUndefined()
    expect(lines.find(({ event }) => event === 'decision')?.['trace_id']).toBe(span?.traceId)
  })
  it('records a request that names nothing to judge', async () => {
    const { decisions, receiver } = await start('')
    await ask(decisions, {})
    const [span] = await receiver.whole(1)
    expect(span?.attributes).toMatchObject({ 'warder.reason': 'origin_missing', 'warder.caller': 'nginx' })
  })
  it('records nothing that its caller has not sampled, and names the trace in the log', async () => {
    const { decisions, receiver, lines } = await start('')
    const unsampled = { traceparent: `00-${TRACE}-${SPAN}-00` }
    await ask(decisions, { ...asked('GET', 'https://api.example.com/orders/7'), ...unsampled })
    await ask(decisions, { ...asked('GET', 'https://api.example.com/orders/8'), ...SAMPLED })
    expect((await receiver.whole(1)).map(({ attributes }) => attributes['url.path'])).toEqual(['/orders/8'])
    expect(lines.filter(({ event }) => event === 'decision').map(({ trace_id: id }) => id)).toEqual([
      TRACE,
      TRACE,
    ])
  })
  it('begins every trace anew with `trust: none`', async () => {
    const { decisions, receiver } = await start(', trust: none')
    await ask(decisions, { ...asked('GET', 'https://api.example.com/orders/7'), ...SAMPLED })
    const [span] = await receiver.whole(1)
    expect(span?.traceId).not.toBe(TRACE)
    expect(span?.parentSpanId).toBeUndefined()
  })
  it('records no more than so many a second of a client that has each of its requests sampled', async () => {
    const { decisions, receiver } = await start(', traces_per_second: 1')
    const flood = Array.from({ length: 50 }, (_, i) =>
      ask(decisions, { ...asked('GET', `https://api.example.com/orders/${i}`), ...SAMPLED }),
    )
    await Promise.all(flood)
    await ask(decisions, asked('GET', 'https://api.example.com/orders/mine'))
    const startedMs = performance.now()
    while (!receiver.spans.some(({ parentSpanId }) => parentSpanId === undefined)) await Bun.sleep(10)
    const seconds = Math.ceil((performance.now() - startedMs) / 1_000)
    expect(receiver.spans.length).toBeLessThanOrEqual(2 + seconds + 5)
  })
  it('answers as fast if the collector is dead, slow or refuses', async () => {
    const dead = { ...startSpanReceiver(cleanup), url: 'http://127.0.0.1:9' }
    const slow = startSpanReceiver(cleanup, () => new Promise<Response>(() => undefined))
    const refusing = startSpanReceiver(cleanup, () => new Response('no', { status: 401 }))
    for (const receiver of [dead, slow, refusing]) {
      const { decisions } = await start(', timeout: 100ms', receiver)
      for (let i = 0; i < 20; i += 1)
        expect((await ask(decisions, asked('GET', 'https://api.example.com/healthz'))).status).toBe(200)
    }
  })
  it('sends what is left when it stops', async () => {
    const { decisions, receiver, service } = await start('')
    await ask(decisions, asked('GET', 'https://api.example.com/healthz'))
    await service.stop(0)
    expect(receiver.spans.length).toBe(1)
  })
  it('reports at the stop what a dead collector has cost', async () => {
    const { decisions, service, lines } = await start('', {
      ...startSpanReceiver(cleanup),
      url: 'http://127.0.0.1:9',
    })
    await ask(decisions, asked('GET', 'https://api.example.com/healthz'))
    await service.stop(0)
    expect(lines.find(({ event }) => event === 'spans_lost')).toMatchObject({ level: 'warn', lost: 1 })
  })
  it('sends headers, to the path of the URL', async () => {
    const { decisions, receiver, lines } = await start(
      ', headers: { Authorization: "Bearer collector-secret" }',
    )
    await ask(decisions, asked('GET', 'https://api.example.com/healthz'))
    await receiver.whole(1)
    expect(receiver.headers[0]?.get('authorization')).toBe('Bearer collector-secret')
    expect(receiver.headers[0]?.get('content-type')).toBe('application/json')
    expect(JSON.stringify(lines)).not.toContain('collector-secret')
  })
  it('traces nothing without the setting, and follows a reload', async () => {
    const receiver = startSpanReceiver(cleanup)
    const running = await runService()
    cleanup.add(() => running.service.stop(0))
    const url = 'https://api.example.com/orders/7'
    await ask(running.decisions, { ...asked('GET', url), ...SAMPLED })
    expect(running.lines.find(({ event }) => event === 'decision')).not.toHaveProperty('trace_id', TRACE)
    await running.service.replace(await loadOrThrow(`${CONFIG}tracing: { endpoint: "${receiver.url}" }\n`))
    // It is loaded now, while decisions go on.
    while (receiver.spans.length === 0) {
      await ask(running.decisions, { ...asked('GET', url), ...SAMPLED })
      await Bun.sleep(20)
    }
    await running.service.replace(await loadOrThrow(CONFIG))
    await ask(running.decisions, { ...asked('GET', 'https://api.example.com/orders/late'), ...SAMPLED })
    await running.service.stop(0)
    expect(receiver.bodies.join('')).not.toContain('/orders/late')
  })
})
