import { afterEach, describe, expect, it } from 'bun:test'
import { askHttp2, h2cSession } from '../../support/http2-client.ts'
import { END_HEADERS, frame } from '../../support/http2-frames.ts'
import { startFrameUpstream, startHttp2Upstream, STATUS_200 } from '../../support/http2-server.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { freePort, waitFor } from '../../support/live/loopback.ts'
import { openClient, requestText } from '../../support/live/raw-client.ts'
import { mint } from '../../support/mint.ts'
import { gatewayConfig, runGateway } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const GRPC = { ':method': 'POST', te: 'trailers', 'content-type': 'application/grpc+proto' }
const bearer = (scope: string): string => `Bearer ${mint({ scope })}`

async function run(url: string, upstream = 'connect_timeout: 1s') {
  const gateway = await runGateway(gatewayConfig([url], { listen: 'h2c: true', upstream }), cleanup)
  return { gateway, session: await h2cSession(gateway.port, cleanup) }
}

describe('an own answer to a client of gRPC', () => {
  for (const [name, headers, status, reason] of [
    ['no token', { ':path': '/orders/x' }, '16', 'token_missing'],
    ['an invalid token', { ':path': '/orders/x', authorization: 'Bearer a.b.c' }, '16', 'token_malformed'],
    ['too small a scope', { ':path': '/orders/x', authorization: bearer('other') }, '7', 'scope_missing'],
    ['a route that is denied', { ':path': '/closed/x' }, '7', 'route_denied'],
    ['no route', { ':path': '/none' }, '7', 'no_route'],
    ['a path with two readings', { ':path': '/public/../orders/x' }, '7', 'path_ambiguous'],
  ] as const)
    it(`to ${name} is a head with the status ${status}`, async () => {
      const app = await startHttp2Upstream(cleanup)
      const { gateway, session } = await run(app.url)
      const answer = await askHttp2(session, { ...GRPC, ...headers }, 'message')
      expect(answer).toMatchObject({ status: 200, body: '', code: 0 })
      expect(Object.keys(answer.trailers)).toEqual([])
      expect(answer.headers).toMatchObject({
        'content-type': 'application/grpc',
        'grpc-status': status,
        'x-decision-reason': reason,
        'cache-control': 'no-store',
      })
      expect(answer.headers['grpc-message']).toEndWith(
        `: ${reason}, decision ${String(answer.headers['x-decision-id'])}`,
      )
      const isAboutToken = /^(?:token|scope)_/.test(reason)
      expect(answer.headers['www-authenticate'] !== undefined).toBe(isAboutToken)
      expect(app.received).toHaveLength(0)
      // In the log, the decision is what it is for every client.
      expect(gateway.lines[0]).toMatchObject({ status: status === '16' ? 401 : 403, reason })
    })

  it('is UNAVAILABLE if no server can be reached', async () => {
    const { session } = await run(`h2c://127.0.0.1:${await freePort()}`)
    const { headers } = await askHttp2(session, { ...GRPC, ':path': '/public/x' }, 'message')
    expect(headers).toMatchObject({ 'grpc-status': '14', 'x-decision-reason': 'connect_failed' })
  })

  it('is RESOURCE_EXHAUSTED if the message is too large', async () => {
    const app = await startHttp2Upstream(cleanup)
    const { session } = await run(app.url, 'max_body: 4B')
    const { headers } = await askHttp2(session, { ...GRPC, ':path': '/public/x' }, 'message')
    expect(headers).toMatchObject({ 'grpc-status': '8', 'x-decision-reason': 'body_too_large' })
  })

  for (const [name, headers] of [
    ['gRPC-Web', { ...GRPC, 'content-type': 'application/grpc-web' }],
    ['another type', { ...GRPC, 'content-type': 'application/grpcx' }],
    ['gRPC without trailers', { ...GRPC, te: [] }],
  ] as const)
    it(`is a problem document for ${name}`, async () => {
      const app = await startHttp2Upstream(cleanup)
      const { session } = await run(app.url)
      const answer = await askHttp2(session, { ...headers, ':path': '/orders/x' }, 'message')
      expect(answer.status).toBe(401)
      expect(answer.headers['content-type']).toBe('application/problem+json')
    })
})

it('a request of HTTP/1.1 that looks like gRPC is denied by its status', async () => {
  const app = await startHttp2Upstream(cleanup)
  const { gateway } = await run(app.url)
  const client = await openClient(gateway.port)
  cleanup.add(() => client.close())
  const headers = [
    ['Content-Type', 'application/grpc'],
    ['Connection', 'TE'],
    ['TE', 'trailers'],
  ] as const
  client.send(requestText({ method: 'POST', target: '/orders/x', headers, body: 'message' }))
  const answer = await client.receive()
  expect(answer.status).toBe(401)
  expect(app.received).toHaveLength(0)
})

it('a call of gRPC may be slower than `min_upload_rate`', async () => {
  const app = await startHttp2Upstream(cleanup)
  const { session } = await run(app.url, 'idle_timeout: 100ms, min_upload_rate: 1MiB')
  for (const [headers, status] of [
    [GRPC, 200],
    [{ ...GRPC, 'content-type': 'text/plain' }, 408],
  ] as const) {
    const stream = session.request({ ...headers, ':path': '/public/', ':authority': 'a' })
    stream.on('error', () => {})
    const answer = new Promise((resolve) => stream.on('response', (head) => resolve(head[':status'])))
    let sent = 0
    const timer = setInterval(() => {
      if (stream.destroyed || stream.writableEnded) return
      sent += 1
      if (sent < 8) stream.write('part')
      else stream.end('last')
    }, 40)
    cleanup.add(() => clearInterval(timer))
    expect(await answer).toBe(status)
    clearInterval(timer)
  }
})

// At a deadline, both sides end a call at the same time: the client must not learn of another fault.
for (const hasBegun of [false, true])
  it(`a call that the server cancels is cancelled, ${hasBegun ? 'behind' : 'before'} its head`, async () => {
    const app = await startFrameUpstream(cleanup, (id, socket) => {
      if (hasBegun) socket.write(frame('HEADERS', END_HEADERS, id, STATUS_200))
      socket.write(frame('RST', 0, id, Buffer.from([0, 0, 0, 8])))
    })
    const { session, gateway } = await run(app.url)
    const stream = session.request({ ...GRPC, ':path': '/public/', ':authority': 'a' })
    let code: number | undefined
    stream.on('error', () => {})
    stream.on('close', () => (code = stream.rstCode))
    expect(await waitFor('the end', () => code)).toBe(8)
    expect(gateway.lines[0]).toMatchObject({ fault: 'upstream_closed' })
  })
