/** Questions that describe no request to judge are a part of their caller's trace, too. */
import { afterEach, describe, expect, it } from 'bun:test'
import { checkRequest } from '../../support/check-messages.ts'
import { callBytes, CHECK, framed } from '../../support/grpc-call.ts'
import { h2cSession } from '../../support/http2-client.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { CONFIG, runService, type RunningService } from '../../support/run-service.ts'
import { startSpanReceiver, type SpanReceiver } from '../../support/span-receiver.ts'
import { argumentsOf, notify, openGreeted, VALUE } from '../../support/spop-peer.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE}-${SPAN}-01`
const SAMPLED = [['traceparent', TRACEPARENT]] as const

const cleanup = createCleanup()
afterEach(() => cleanup.run())

type Started = RunningService & { readonly receiver: SpanReceiver; readonly lastPort: number }

async function start(listener = '', more = ''): Promise<Started> {
  const receiver = startSpanReceiver(cleanup)
  const config = CONFIG.replace('listen: {', `listen: {${listener}`)
  const running = await runService(`${config}tracing: { endpoint: "${receiver.url}" }\n${more}`)
  cleanup.add(() => running.service.stop(0))
  const lastPort = Number(running.service.addresses.at(-1)?.split(':').at(-1))
  return { ...running, receiver, lastPort }
}

async function expectContinued({ receiver, lines }: Started): Promise<void> {
  const [span] = await receiver.whole(1)
  expect(span).toMatchObject({ traceId: TRACE, parentSpanId: SPAN, name: 'warder.decide' })
  expect(span?.attributes).toMatchObject({ 'warder.reason': 'origin_missing' })
  expect(lines.find(({ event }) => event === 'decision')).toMatchObject({ trace_id: TRACE })
}

describe('a question that names nothing to judge', () => {
  it('over HTTP is below the span of its caller', async () => {
    const started = await start()
    await fetch(`${started.decisions}/v1/auth/nginx`, { headers: { traceparent: TRACEPARENT } })
    await expectContinued(started)
  })

  it('by gRPC is below the span of the client, or that of Envoy', async () => {
    const question = framed(checkRequest({ hasNoHttp: true }))
    const ofClient = framed(checkRequest({ path: '*', headers: SAMPLED }))
    for (const [body, metadata] of [
      [question, { traceparent: TRACEPARENT }],
      [ofClient, {}],
    ] as const) {
      const started = await start(' grpc: "127.0.0.1:0",')
      await callBytes(await h2cSession(started.lastPort, cleanup), CHECK, body, metadata)
      await expectContinued(started)
    }
  })

  it('by SPOE is below the span of the client', async () => {
    const started = await start(' spoe: "127.0.0.1:0",')
    const peer = await openGreeted(started.lastPort, cleanup)
    peer.send(notify(argumentsOf(SAMPLED, { path: VALUE.text('*') })))
    expect((await peer.receive())?.values['reason']).toBe('origin_missing')
    await expectContinued(started)
  })

  it('has a trace of its own if its caller is not trusted', async () => {
    const { decisions, receiver } = await start('', 'trusted_callers: [{ from: [192.0.2.1] }]\n')
    await fetch(`${decisions}/v1/auth/nginx`, { headers: { traceparent: TRACEPARENT } })
    const [span] = await receiver.whole(1)
    expect(span?.attributes).toMatchObject({ 'warder.reason': 'caller_untrusted' })
    expect(span?.traceId).not.toBe(TRACE)
    expect(span?.parentSpanId).toBeUndefined()
  })
})
