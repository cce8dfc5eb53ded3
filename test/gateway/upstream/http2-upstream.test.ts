import { afterEach, describe, expect, it } from 'bun:test'
import { connect } from 'node:net'
import { askHttp2, h2cSession } from '../../support/http2-client.ts'
import { answerOk, startHttp2Upstream, type Http2Question } from '../../support/http2-server.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { openClient, requestText } from '../../support/live/raw-client.ts'
import { mint } from '../../support/mint.ts'
import { gatewayConfig, runGateway, type GatewayText } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const H2C = { listen: 'h2c: true' }
const bearer = `Bearer ${mint({ scope: 'orders:read' })}`

const gatewayTo = (url: string, text: GatewayText = H2C) => runGateway(gatewayConfig([url], text), cleanup)

/** Asks over HTTP/1.1. */
async function ask(port: number, text: string) {
  const client = await openClient(port)
  cleanup.add(() => client.close())
  client.send(text)
  return client.receive()
}

describe('a server of HTTP/2 without TLS', () => {
  it('receives the judged request, with the identity and without what a client may not send', async () => {
    const app = await startHttp2Upstream(cleanup)
    const gateway = await gatewayTo(app.url)
    const headers = [
      ['Authorization', bearer],
      ['X-Auth-Subject', 'root'],
      ['X_Auth_Subject', 'root'],
      ['X-Original-URL', '/closed/'],
      ['Connection', 'X-Own, keep-alive'],
      ['X-Own', '1'],
      ['X-Kept', 'A\xe4'],
    ] as const
    const answer = await ask(gateway.port, requestText({ target: '/orders/%41?a=%20&&', headers }))
    expect([answer.status, answer.body]).toEqual([200, 'ok'])
    const { raw = [], values = () => [] } = app.received[0] ?? ({} as Partial<Http2Question>)
    expect(raw.slice(0, 8)).toEqual([
      ':method',
      'GET',
      ':scheme',
      'http',
      ':authority',
      'api.example.com',
      ':path',
      '/orders/%41?a=%20&&',
    ])
    expect(values('x-auth-subject')).toEqual(['alice'])
    expect(values('x-kept')).toEqual(['A\xe4'])
    expect(values('x-forwarded-proto')).toEqual(['http'])
    for (const gone of ['x_auth_subject', 'x-original-url', 'connection', 'x-own', 'host', 'te'])
      expect(values(gone)).toEqual([])
  })

  it('receives its own name as the authority with `host: upstream`', async () => {
    const app = await startHttp2Upstream(cleanup)
    const gateway = await gatewayTo(app.url, { upstream: 'host: upstream' })
    await ask(gateway.port, requestText({ target: '/public/' }))
    expect(app.received[0]?.values(':authority')).toEqual([`127.0.0.1:${app.port}`])
  })

  it('receives bodies with their announced length, or without one', async () => {
    const app = await startHttp2Upstream(cleanup)
    const gateway = await gatewayTo(app.url)
    await ask(gateway.port, 'POST /public/ HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc')
    const chunked = 'Transfer-Encoding: chunked\r\n\r\n3\r\ndef\r\n0\r\nX-Auth-Subject: root\r\n\r\n'
    await ask(gateway.port, `POST /public/ HTTP/1.1\r\nHost: a\r\n${chunked}`)
    expect(app.received.map(({ body, values }) => [body(), values('content-length')])).toEqual([
      ['abc', ['3']],
      ['def', []],
    ])
    expect(app.received[1]?.values('transfer-encoding')).toEqual([])
  })

  it('is asked a hundred times at once on one connection', async () => {
    const waiting: Http2Question[] = []
    const app = await startHttp2Upstream(cleanup, (question) => void waiting.push(question))
    const gateway = await gatewayTo(app.url)
    const session = await h2cSession(gateway.port, cleanup)
    const answers = Array.from({ length: 100 }, (_, i) => askHttp2(session, { ':path': `/public/${i}` }))
    await waitFor('all requests', () => (waiting.length === 100 ? true : undefined))
    for (const { stream, values } of waiting) {
      stream.respond({ ':status': 200 })
      stream.end(values(':path')[0])
    }
    expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(
      answers.map((_, i) => `/public/${i}`),
    )
    expect(app.sessions).toHaveLength(1)
  })

  it('is asked no more at once than it allows: a further connection is made', async () => {
    const waiting: Http2Question[] = []
    const app = await startHttp2Upstream(cleanup, (question) => void waiting.push(question), {
      settings: { maxConcurrentStreams: 2 },
    })
    const gateway = await gatewayTo(app.url)
    const session = await h2cSession(gateway.port, cleanup)
    const answers = Array.from({ length: 5 }, () => askHttp2(session, { ':path': '/public/' }))
    await waitFor('all requests', () => (waiting.length === 5 ? true : undefined))
    for (const { stream } of waiting) stream.respond({ ':status': 200 }, { endStream: true })
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(app.sessions).toHaveLength(3)
  })

  it('that accepts no request at all is not connected to for ever', async () => {
    const app = await startHttp2Upstream(cleanup, answerOk, { settings: { maxConcurrentStreams: 0 } })
    const gateway = await gatewayTo(app.url)
    expect((await ask(gateway.port, requestText({ target: '/public/' }))).status).toBe(502)
    expect(app.sessions).toHaveLength(1)
    expect(gateway.lines[0]).toMatchObject({ fault: 'connect_failed' })
  })

  it('sends trailers to a client that asks for them, and to no other', async () => {
    const app = await startHttp2Upstream(cleanup, ({ stream }) => {
      stream.respond({ ':status': 200 }, { waitForTrailers: true })
      stream.on('wantTrailers', () =>
        stream.sendTrailers({ 'grpc-status': '0', 'set-cookie': 'a=b', 'x-decision-id': 'forged' }),
      )
      stream.end('ok')
    })
    const gateway = await gatewayTo(app.url)
    const session = await h2cSession(gateway.port, cleanup)
    const answer = await askHttp2(session, { ':path': '/public/', te: 'trailers' })
    expect([answer.body, Object.entries(answer.trailers)]).toEqual(['ok', [['grpc-status', '0']]])
    const other = await askHttp2(session, { ':path': '/public/' })
    expect([other.body, Object.keys(other.trailers)]).toEqual(['ok', []])
    expect(app.received.map(({ values }) => values('te'))).toEqual([['trailers'], []])
    const te = 'Connection: TE\r\nTE: trailers\r\n'
    const text = await ask(gateway.port, `GET /public/ HTTP/1.1\r\nHost: a\r\n${te}\r\n`)
    expect(text.body).toBe('ok')
  })

  it('may answer with a head that is everything, as gRPC does', async () => {
    const app = await startHttp2Upstream(cleanup, ({ stream }) => {
      stream.respond({ ':status': 200, 'grpc-status': '5', 'grpc-message': 'none' }, { endStream: true })
    })
    const gateway = await gatewayTo(app.url)
    const session = await h2cSession(gateway.port, cleanup)
    const answer = await askHttp2(session, { ':path': '/public/', ':method': 'POST', te: 'trailers' }, 'abc')
    expect(answer).toMatchObject({ status: 200, body: '', code: 0 })
    expect(answer.headers).toMatchObject({ 'grpc-status': '5', 'grpc-message': 'none' })
    expect(Object.keys(answer.trailers)).toEqual([])
  })

  it('may answer before the request is whole, and the client may leave the rest', async () => {
    const app = await startHttp2Upstream(cleanup, ({ stream }) => {
      stream.respond({ ':status': 200 }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '8' }))
      stream.end('early')
    })
    const gateway = await gatewayTo(app.url)
    const session = await h2cSession(gateway.port, cleanup)
    const stream = session.request({
      ':method': 'POST',
      ':path': '/public/',
      ':authority': 'a',
      te: 'trailers',
    })
    let body = ''
    let status: unknown
    stream.on('data', (bytes: Buffer) => (body += bytes.toString()))
    stream.on('trailers', (trailers) => (status = trailers['grpc-status']))
    stream.write('abc')
    await waitFor('the trailers', () => status)
    stream.close(0)
    await waitFor('the line', () => gateway.lines[0])
    expect([body, status]).toEqual(['early', '8'])
    expect(gateway.lines[0]).toMatchObject({ status: 200, msg: 'forwarded' })
  })

  it('is told when the client leaves', async () => {
    let code: number | undefined
    const app = await startHttp2Upstream(cleanup, ({ stream }) => {
      stream.on('close', () => (code = stream.rstCode))
    })
    const gateway = await gatewayTo(app.url)
    const session = await h2cSession(gateway.port, cleanup)
    const stream = session.request({ ':path': '/public/', ':authority': 'a' })
    stream.on('error', () => {})
    await waitFor('the request', () => app.received[0])
    stream.close(8)
    expect(await waitFor('the reset', () => code)).toBe(8)
    // Its connection goes on.
    const next = askHttp2(session, { ':path': '/public/next' })
    const question = await waitFor('the next request', () => app.received[1])
    question.stream.respond({ ':status': 200 }, { endStream: true })
    expect((await next).status).toBe(200)
    expect(app.sessions).toHaveLength(1)
  })

  it('gets a new connection when it has announced the end of one', async () => {
    const app = await startHttp2Upstream(cleanup)
    const gateway = await gatewayTo(app.url)
    await ask(gateway.port, requestText({ target: '/public/' }))
    app.sessions[0]?.goaway()
    await ask(gateway.port, requestText({ target: '/public/' }))
    app.sessions.at(-1)?.close()
    await ask(gateway.port, requestText({ target: '/public/' }))
    expect(app.received).toHaveLength(3)
    expect(gateway.lines.map(({ status }) => status)).toEqual([200, 200, 200])
  })

  it('gets a new connection when one has reached `max_connection_age`', async () => {
    const app = await startHttp2Upstream(cleanup)
    const gateway = await gatewayTo(app.url, { upstream: 'max_connection_age: 1s' })
    await ask(gateway.port, requestText({ target: '/public/' }))
    await waitFor('another connection', async () => {
      await ask(gateway.port, requestText({ target: '/public/' }))
      return app.sessions.length > 1 ? true : undefined
    })
    expect(gateway.lines.every(({ status }) => status === 200)).toBe(true)
  })

  it('is not held back by a client that does not read, nor are others', async () => {
    const part = Buffer.alloc(65_536)
    let sent = 0
    const app = await startHttp2Upstream(cleanup, ({ stream, values }) => {
      stream.respond({ ':status': 200 })
      if (values(':path')[0] !== '/public/large') return void stream.end('ok')
      const send = (): void => {
        while (sent < 64 * 1_048_576) {
          sent += part.length
          if (!stream.write(part)) return void stream.once('drain', send)
        }
        stream.end()
      }
      send()
    })
    const gateway = await gatewayTo(app.url)
    const slow = connect(gateway.port, '127.0.0.1')
    cleanup.add(() => void slow.destroy())
    slow.pause()
    slow.write(requestText({ target: '/public/large' }))
    // Until nothing moves any more.
    let seen = -1
    await waitFor('a standstill', async () => {
      const isStill = seen === sent && sent > 0
      seen = sent
      await new Promise((resolve) => setImmediate(resolve))
      expect((await ask(gateway.port, requestText({ target: '/public/' }))).body).toBe('ok')
      return isStill ? true : undefined
    })
    expect(sent).toBeLessThan(32 * 1_048_576)
    expect(app.sessions).toHaveLength(1)
  })

  it('holds a client back that sends faster than it reads', async () => {
    const app = await startHttp2Upstream(cleanup, ({ stream }) => void stream.pause())
    const gateway = await gatewayTo(app.url)
    const session = await h2cSession(gateway.port, cleanup)
    const stream = session.request({ ':method': 'POST', ':path': '/public/', ':authority': 'a' })
    stream.on('error', () => {})
    let sent = 0
    const send = (): void => {
      while (sent < 64 * 1_048_576) {
        sent += 65_536
        if (!stream.write(Buffer.alloc(65_536))) return void stream.once('drain', send)
      }
    }
    send()
    await waitFor('the request', () => app.received[0])
    let seen = -1
    await waitFor('a standstill', async () => {
      const isStill = seen === sent
      seen = sent
      await ask(gateway.port, requestText({ target: '/closed/' }))
      return isStill ? true : undefined
    })
    expect(sent).toBeLessThan(8 * 1_048_576)
  })

  it('is checked for its health over HTTP/2', async () => {
    const app = await startHttp2Upstream(cleanup)
    await gatewayTo(app.url, { upstream: 'health: { path: /up, interval: 100ms }' })
    const question = await waitFor('a check', () => app.received[0])
    expect(question.raw.slice(0, 8)).toEqual([
      ':method',
      'GET',
      ':scheme',
      'http',
      ':authority',
      `127.0.0.1:${app.port}`,
      ':path',
      '/up',
    ])
  })
})
