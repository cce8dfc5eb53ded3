import { afterEach, expect, it } from 'bun:test'
import { once } from 'node:events'
import { answerOf, askHttp2, runHttp2Gateway } from '../../support/http2-client.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { mint } from '../../support/mint.ts'
import { OK, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const bearer = (claims: Readonly<Record<string, unknown>> = { scope: 'orders:read' }): string =>
  `Bearer ${mint(claims)}`

liveSuite('the gateway over HTTP/2', ['openssl'], () => {
  it('judges each request, and forwards what it allows with the identity', async () => {
    const app = await startRawUpstream(cleanup)
    const session = await (await runHttp2Gateway([app.url], cleanup)).session()
    const headers = { ':path': '/orders/1?a=%20', authorization: bearer(), 'x-auth-subject': 'root' }
    const [allowed, denied] = await Promise.all([
      askHttp2(session, headers),
      askHttp2(session, { ':path': '/orders/2' }),
    ])
    expect(allowed).toMatchObject({ status: 200, body: 'ok', code: 0 })
    expect(allowed.headers['x-decision-id']).toBeString()
    expect(denied.status).toBe(401)
    expect(denied.headers).toMatchObject({
      'x-decision-reason': 'token_missing',
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    })
    expect(JSON.parse(denied.body)).toMatchObject({ status: 401 })
    expect(app.received).toHaveLength(1)
    const { target, values } = app.received[0] ?? { target: '', values: () => [] }
    expect(target).toBe('/orders/1?a=%20')
    expect(values('host')).toEqual(['api.example.com'])
    expect(values('x-auth-subject')).toEqual(['alice'])
    expect(values('x-forwarded-proto')).toEqual(['https'])
  })

  it('takes many requests at once on one connection', async () => {
    const app = await startRawUpstream(cleanup)
    const session = await (await runHttp2Gateway([app.url], cleanup)).session()
    const answers = await Promise.all(
      Array.from({ length: 90 }, (_, i) => askHttp2(session, { ':path': `/public/${i}` })),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(app.received.map(({ target }) => target).sort()).toEqual(
      answers.map((_, i) => `/public/${i}`).sort(),
    )
  })

  it('joins cookies, which come as a field each', async () => {
    const app = await startRawUpstream(cleanup)
    const session = await (await runHttp2Gateway([app.url], cleanup)).session()
    await askHttp2(session, { ':path': '/public/', cookie: ['a=1', 'b=2'] })
    expect(app.received[0]?.values('cookie')).toEqual(['a=1; b=2'])
  })

  it('forwards a body of a known length, and one of an unknown in chunks', async () => {
    const app = await startRawUpstream(cleanup)
    const session = await (await runHttp2Gateway([app.url], cleanup)).session()
    const body = 'x'.repeat(300_000)
    const post = { ':method': 'POST', ':path': '/public/' }
    expect((await askHttp2(session, { ...post, 'content-length': '300000' }, body)).status).toBe(200)
    expect((await askHttp2(session, post, body)).status).toBe(200)
    expect(app.received.map((request) => request.body.length)).toEqual([300_000, 300_000])
    expect(app.received.map(({ values }) => [values('content-length'), values('transfer-encoding')])).toEqual(
      [
        [['300000'], []],
        [[], ['chunked']],
      ],
    )
  })

  it('answers HEAD, 204 and 304 without a body, and keeps several Set-Cookie', async () => {
    const answers: Readonly<Record<string, string>> = {
      '/public/204': 'HTTP/1.1 204 No Content\r\n\r\n',
      '/public/304': 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 7\r\n\r\n',
      '/public/head': 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n',
      '/public/cookies': OK.replace(
        '\r\n',
        '\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nConnection: X-Mine\r\nX-Mine: 1\r\n',
      ),
    }
    const app = await startRawUpstream(
      cleanup,
      ({ target }, socket) => void socket.write(answers[target] ?? OK),
    )
    const session = await (await runHttp2Gateway([app.url], cleanup)).session()
    expect(await askHttp2(session, { ':path': '/public/204' })).toMatchObject({
      status: 204,
      body: '',
      code: 0,
    })
    const notModified = await askHttp2(session, { ':path': '/public/304' })
    expect(notModified).toMatchObject({ status: 304, body: '', code: 0 })
    expect(notModified.headers['content-length']).toBe('7')
    const head = await askHttp2(session, { ':method': 'HEAD', ':path': '/public/head' })
    expect(head).toMatchObject({ status: 200, body: '', code: 0 })
    expect(head.headers['content-length']).toBe('7')
    const cookies = await askHttp2(session, { ':path': '/public/cookies' })
    expect(cookies.headers['set-cookie']).toEqual(['a=1', 'b=2'])
    expect(cookies.headers['x-mine']).toBeUndefined()
  })

  it('brings events as they come, and trailers if they are asked for', async () => {
    const app = await startRawUpstream(cleanup, (_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n')
    })
    const session = await (await runHttp2Gateway([app.url], cleanup)).session()
    const stream = session.request({ ':path': '/public/', ':authority': 'api.example.com', te: 'trailers' })
    const answer = answerOf(stream)
    const [first] = (await once(stream, 'data')) as [Buffer]
    expect(first.toString()).toBe('one')
    app.connections[0]?.write('3\r\ntwo\r\n0\r\nX-Sum: 7\r\nX-Decision-Id: mine\r\n\r\n')
    const { body, trailers, code } = await answer
    expect({ body, code }).toEqual({ body: 'onetwo', code: 0 })
    expect(trailers['x-sum']).toBe('7')
    expect(trailers['x-decision-id']).toBeUndefined()
  })

  it('resets the stream when an answer breaks off, and the others go on', async () => {
    const app = await startRawUpstream(cleanup, ({ target }, socket) => {
      if (target === '/public/whole') return void socket.write(OK)
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
    })
    const session = await (await runHttp2Gateway([app.url], cleanup)).session()
    const half = await askHttp2(session, { ':path': '/public/half' })
    expect(half).toMatchObject({ status: 200, body: 'half' })
    expect(half.code).not.toBe(0)
    expect(await askHttp2(session, { ':path': '/public/whole' })).toMatchObject({ status: 200, code: 0 })
  })

  it('gives the request up at the server when the client does', async () => {
    const app = await startRawUpstream(cleanup, () => {})
    const session = await (await runHttp2Gateway([app.url], cleanup)).session()
    const stream = session.request({ ':path': '/public/', ':authority': 'api.example.com' })
    stream.on('error', () => {})
    await waitFor('the request', () => app.connections[0])
    stream.close(8)
    await waitFor('the end of the connection', () =>
      app.connections[0]?.destroyed === true ? true : undefined,
    )
  })

  it('answers what is denied before the body has come, and asks for no more of it', async () => {
    const app = await startRawUpstream(cleanup)
    const session = await (await runHttp2Gateway([app.url], cleanup)).session()
    const stream = session.request({
      ':method': 'POST',
      ':path': '/orders/',
      ':authority': 'api.example.com',
    })
    stream.write('a part')
    const { status, code } = await answerOf(stream)
    expect({ status, code }).toEqual({ status: 401, code: 0 })
    expect(app.connections).toHaveLength(0)
  })

  it('holds a client back that sends faster than the server reads', async () => {
    const app = await startRawUpstream(cleanup)
    const session = await (await runHttp2Gateway([app.url], cleanup)).session()
    const stream = session.request({
      ':method': 'POST',
      ':path': '/public/',
      ':authority': 'api.example.com',
    })
    stream.on('error', () => {})
    await waitFor('the head', () => app.connections[0])
    app.connections[0]?.pause()
    let sent = 0
    const chunk = Buffer.alloc(65_536)
    while (
      stream.write(chunk) ||
      (await Promise.race([once(stream, 'drain'), Bun.sleep(500).then(() => false)]))
    )
      sent += chunk.length
    expect(sent).toBeLessThan(16 * 1_048_576)
    session.destroy()
    await waitFor('the end at the server', () =>
      app.connections[0]?.resume().destroyed === true ? true : undefined,
    )
  })

  it('limits the body while it arrives', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runHttp2Gateway([app.url], cleanup, { upstream: 'max_body: 1KiB' })
    const session = await gateway.session()
    const answer = await askHttp2(session, { ':method': 'POST', ':path': '/public/' }, 'x'.repeat(5_000))
    expect(answer.status).toBe(413)
  })

  it('lets requests under way end when the gateway stops, and takes no further ones', async () => {
    const app = await startRawUpstream(cleanup, () => {})
    const gateway = await runHttp2Gateway([app.url], cleanup)
    const session = await gateway.session()
    const answer = askHttp2(session, { ':path': '/public/' })
    await waitFor('the request', () => app.received[0])
    const stopped = gateway.service.stop(0)
    await once(session, 'goaway')
    app.connections[0]?.write(OK)
    expect(await answer).toMatchObject({ status: 200, body: 'ok', code: 0 })
    await stopped
  })

  it('speaks HTTP/1.1 to clients that do not know it', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runHttp2Gateway([app.url], cleanup)
    const options = { tls: { rejectUnauthorized: false }, headers: { Host: 'api.example.com' } }
    const answer = await fetch(`https://127.0.0.1:${gateway.port}/public/`, options)
    expect(answer.status).toBe(200)
  })
})
