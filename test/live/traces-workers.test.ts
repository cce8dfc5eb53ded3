/** `warder serve` with two workers and a gateway: one trace from the client to the server, whichever process has it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { PIP_DIRECTORY } from '../../tools/pip-programs.ts'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'
import type { ChildProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { startEchoApp, type EchoApp } from '../support/live/echo-app.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, waitFor } from '../support/live/loopback.ts'
import { requestText } from '../support/live/raw-client.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { connectToEach, waitForWorkers } from '../support/live/worker-service.ts'
import { scrape } from '../support/metrics-text.ts'
import { startSpanReceiver, type SpanReceiver } from '../support/span-receiver.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const ASKED = [
  ['X-Original-Method', 'GET'],
  ['X-Original-URL', 'https://api.example.com/orders/8'],
] as const
const ISSUER = createTestIssuer('https://idp.example.test')

interface DecodedSpan {
  readonly trace: string
  readonly span: string
  readonly parent: string
  readonly name: string
  readonly kind: number
  readonly nanos: number
}

/** By the official definition of OTLP, in Python. */
function decode(bodies: readonly string[]): readonly DecodedSpan[] {
  const { stdout, stderr, exitCode } = Bun.spawnSync(
    ['python3', join(import.meta.dir, '../support/live/otlp_decode.py')],
    {
      stdin: Buffer.from(bodies.map((body) => `${body}\n`).join('')),
      env: { ...process.env, PYTHONPATH: `${PIP_DIRECTORY}/otlp`, PYTHONDONTWRITEBYTECODE: '1' },
    },
  )
  if (exitCode !== 0) throw new Error(stderr.toString())
  const lines = stdout.toString().trim().split('\n')
  return lines.flatMap((line) => JSON.parse(line) as readonly DecodedSpan[])
}

liveSuite('two workers that trace', ['python3', 'otlp-protos'], () => {
  const cleanup = createCleanup()
  let receiver: SpanReceiver
  let isRefusing = false
  let app: EchoApp
  let warder: ChildProgram
  let ports = { decisions: 0, admin: 0, gateway: 0 }
  beforeAll(async () => {
    receiver = startSpanReceiver(cleanup, () =>
      isRefusing ? new Response('no', { status: 401 }) : Response.json({}),
    )
    app = await startEchoApp(cleanup)
    const issuer = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => Response.json(ISSUER.jwks()) })
    cleanup.add(() => issuer.stop(true))
    ports = { decisions: await freePort(), admin: await freePort(), gateway: await freePort() }
    const file = join(createTempDir(cleanup), 'warder.yaml')
    writeFileSync(
      file,
      `version: 1
workers: 2
issuers:
  - name: main
    issuer: ${ISSUER.issuer}
    audience: api
    keys: { jwks_url: "http://127.0.0.1:${issuer.port}/keys?key=hunter2", allow_http: true }
policies: { read: { scope: read } }
routes: [{ name: all, match: { path: /** }, policy: read, upstream: app }]
upstreams: { app: { servers: ["http://127.0.0.1:${app.port}"] } }
listen:
  decisions: "127.0.0.1:${ports.decisions}"
  admin: "127.0.0.1:${ports.admin}"
  gateway: { address: "127.0.0.1:${ports.gateway}", trusted_proxies: 127.0.0.1 }
tracing: { endpoint: "${receiver.url}" }
drain: 0s
`,
    )
    warder = await startServe(file, ports.decisions, cleanup)
  })
  afterAll(() => cleanup.run())

  it('records the fetch of the keys once, alone in its trace, without its query', async () => {
    const [fetched] = await receiver.whole(1)
    expect(fetched).toMatchObject({ name: 'warder.keys.fetch', kind: 3 })
    expect(fetched?.parentSpanId).toBeUndefined()
    expect(fetched?.attributes).toMatchObject({ 'http.response.status_code': '200' })
    expect(receiver.bodies.join('')).not.toContain('hunter2')
  })

  it('connects client, gateway and server, by each worker under its own name', async () => {
    const pids = await waitForWorkers(ports.admin, 2)
    const clients = await connectToEach(ports.gateway, pids)
    const token = ISSUER.mint({ aud: 'api', sub: 'alice', scope: 'read' }, Date.now() / 1000)
    for (const client of clients) {
      const headers = [
        ['traceparent', `00-${TRACE}-${SPAN}-01`],
        ['Authorization', `Bearer ${token}`],
      ] as const
      client.send(requestText({ target: '/orders/7', headers }))
      expect((await client.receive()).status).toBe(200)
      client.close()
    }
    const spans = await receiver.whole(1 + 2 * 3)
    const exchanges = spans.filter(({ name }) => name === 'GET all')
    expect(exchanges.map(({ parentSpanId }) => parentSpanId)).toEqual([SPAN, SPAN])
    expect(new Set(spans.map(({ instance }) => instance)).size).toBe(3)
    const attempts = spans.filter(({ name }) => name === 'warder.upstream')
    expect(attempts.map(({ parentSpanId }) => parentSpanId).toSorted()).toEqual(
      exchanges.map(({ spanId }) => spanId).toSorted(),
    )
    expect(app.received.map((request) => request.values('traceparent')[0]).toSorted()).toEqual(
      attempts.map(({ spanId }) => `00-${TRACE}-${spanId}-01`).toSorted(),
    )
  })

  it('counts the spans that the collector did not take, in all processes', async () => {
    expect((await scrape(ports.admin)).get('warder_spans_lost_total')).toBe(0)
    isRefusing = true
    const before = receiver.spans.length
    for (const client of await connectToEach(ports.decisions, await waitForWorkers(ports.admin, 2))) {
      client.send(requestText({ target: '/v1/auth/nginx', headers: ASKED }))
      expect((await client.receive()).status).toBe(401)
      client.close()
    }
    // By the supervisor, which fetches the keys.
    const refreshed = await fetch(`http://127.0.0.1:${ports.admin}/v1/keys/refresh`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    })
    expect(refreshed.status).toBe(200)
    await receiver.whole(before + 3)
    isRefusing = false
    await waitFor('three lost spans', async () =>
      (await scrape(ports.admin)).get('warder_spans_lost_total') === 3 ? true : undefined,
    )
  })

  it('goes on with the worker that replaces a killed one', async () => {
    const [killed = 0, other = 0] = await waitForWorkers(ports.admin, 2)
    process.kill(killed, 'SIGKILL')
    const pids = await waitForWorkers(ports.admin, 2, [killed])
    const before = receiver.spans.length
    const clients = await connectToEach(ports.decisions, pids)
    for (const client of clients) {
      client.send(requestText({ target: '/v1/auth/nginx', headers: ASKED }))
      expect((await client.receive()).status).toBe(401)
      client.close()
    }
    const spans = (await receiver.whole(before + 2)).slice(before)
    expect(new Set(spans.map(({ instance }) => instance)).size).toBe(2)
    expect(pids).toContain(other)
  })

  it('sends what is left when it is stopped, in time', async () => {
    const before = receiver.spans.length
    const url = `http://127.0.0.1:${ports.decisions}/v1/auth/nginx`
    await fetch(url, {
      headers: { 'x-original-method': 'GET', 'x-original-url': 'https://api.example.com/' },
    })
    await warder.stop('SIGTERM')
    expect(receiver.spans.length).toBe(before + 1)
  })

  it('writes what the official definition reads', () => {
    const decoded = decode(receiver.bodies)
    expect(decoded.length).toBe(receiver.spans.length)
    expect(decoded.map(({ trace, span, parent, name, kind }) => [trace, span, parent, name, kind])).toEqual(
      receiver.spans.map(({ traceId, spanId, parentSpanId = '', name, kind }) => [
        traceId,
        spanId,
        parentSpanId,
        name,
        kind,
      ]),
    )
    for (const { nanos } of decoded) expect(nanos).toBeGreaterThanOrEqual(0)
  })
})
