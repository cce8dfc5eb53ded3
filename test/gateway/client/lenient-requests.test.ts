import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { startForwardAuth } from '../../support/forward-auth.ts'
import { exchange, statusesOf } from '../../support/raw-http.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../../support/run-gateway.ts'
import { serveFake } from '../../support/serve-fake.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
/** Microtasks have run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function statusesFor(pieces: readonly string[]): Promise<readonly number[]> {
  const { wire, send } = serveFake()
  for (const piece of pieces) {
    send(piece)
    await turn()
  }
  return statusesOf(wire.text())
}

describe('empty lines before a request line (RFC 9112 §2.2)', () => {
  for (const lines of ['\r\n', '\r\n\r\n']) {
    const text = `${lines}${GET}${lines}${GET}`
    it(`are ignored wherever they are cut: ${JSON.stringify(lines)}`, async () => {
      for (let at = 0; at <= text.length; at++)
        expect(await statusesFor([text.slice(0, at), text.slice(at)])).toEqual([401, 401])
      expect(await statusesFor([...text])).toEqual([401, 401])
    })
  }

  it('are bounded', async () => {
    expect(await statusesFor([`${'\r\n'.repeat(9)}${GET}`])).toEqual([400])
    expect(await statusesFor([...`${'\r\n'.repeat(9)}${GET}`])).toEqual([400])
    expect(await statusesFor(Array.from({ length: 9 }, () => '\r\n'))).toEqual([400])
  })

  for (const odd of ['\n', '\r', ' \r\n', '\r\r\n', '\0\r\n']) {
    it(`are nothing else: ${JSON.stringify(odd)}`, async () => {
      expect(await statusesFor([`${odd}${GET}`])).toEqual([400])
    })
  }
})

describe('a request of HTTP/1.0 without a Host', () => {
  const ask = (port: number, head: string) => exchange(port, `${head}\r\n\r\n`, () => false)

  it('meets routes without a host, and is sent on with the Host of the server', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    expect(statusesOf((await ask(gateway.port, 'GET /public/ HTTP/1.0')).text)).toEqual([200])
    const [request] = app.received
    expect(request?.values('host')).toEqual([`127.0.0.1:${app.port}`])
    expect(request?.values('x-forwarded-host')).toEqual([])
    expect(request?.values('forwarded')).toEqual(['for=127.0.0.1;proto=http'])
    expect(statusesOf((await ask(gateway.port, 'GET /orders/ HTTP/1.0')).text)).toEqual([401])
  })

  it('meets no route with a host, of whatever form', async () => {
    const app = await startRawUpstream(cleanup)
    for (const host of ['api.example.com', '"*.example.com"']) {
      const config = gatewayConfig([app.url]).replace(
        'match: { path: [/public/**, /] }',
        `match: { host: ${host}, path: [/public/**, /] }`,
      )
      const gateway = await runGateway(config, cleanup)
      expect(statusesOf((await ask(gateway.port, 'GET /public/ HTTP/1.0')).text)).toEqual([403])
    }
    expect(app.received).toEqual([])
  })

  it('is denied if an auth service is asked, which could not tell the host', async () => {
    const { app, auth, gateway } = await startForwardAuth(cleanup)
    const { text } = await ask(gateway.port, 'GET /guarded HTTP/1.0')
    expect(statusesOf(text)).toEqual([403])
    expect(auth.received).toEqual([])
    expect(app.received).toEqual([])
    expect(statusesOf((await ask(gateway.port, 'GET /public/ HTTP/1.0')).text)).toEqual([200])
  })

  it('keeps the Host of the server if that is asked for', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([app.url], { upstream: 'host: upstream' }), cleanup)
    const heads = ['GET /public/ HTTP/1.0', 'GET /public/ HTTP/1.0\r\nHost: a']
    for (const head of heads) expect(statusesOf((await ask(gateway.port, head)).text)).toEqual([200])
    expect(app.received.map((request) => request.values('host'))).toEqual([
      [`127.0.0.1:${app.port}`],
      [`127.0.0.1:${app.port}`],
    ])
  })

  it('is not redirected, because there is no host to redirect to', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([app.url], { listen: 'redirect: "https:8443"' }), cleanup)
    expect(statusesOf((await ask(gateway.port, 'GET /public/ HTTP/1.0')).text)).toEqual([400])
  })

  for (const head of [
    'GET /public/ HTTP/1.1',
    'GET /public/ HTTP/1.0\r\nHost:',
    'GET /public/ HTTP/1.0\r\nHost: a\r\nHost: a',
  ]) {
    it(`is the only one: ${JSON.stringify(head)} is refused`, async () => {
      const app = await startRawUpstream(cleanup)
      const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
      expect(statusesOf((await ask(gateway.port, head)).text)).toEqual([400])
    })
  }
})
