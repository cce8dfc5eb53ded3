import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { ask, openClient, requestText } from '../../support/live/raw-client.ts'
import { mint } from '../../support/mint.ts'
import { exchange, statusesOf } from '../../support/raw-http.ts'
import { gatewayConfig, OK, runGateway, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const start = async (answer?: Parameters<typeof startRawUpstream>[1], upstream?: string) => {
  const app = await startRawUpstream(cleanup, answer)
  const text = upstream === undefined ? {} : { upstream }
  return { app, gateway: await runGateway(gatewayConfig([app.url], text), cleanup) }
}

describe('a request through the gateway', () => {
  const targets = [
    '/public/a%2fb'.replace('%2f', '%20'),
    '/public/%7Euser/%C3%A9',
    '/public/a?q=\'x\'&r="y"&s=<z>&t=%zz',
    '/public/a??b?c',
    '/public/a?',
    '/public/{x}|^`"<>',
    '/public/a?u=http://b/../c//d;e',
    '/public/a?\\..\\',
  ]
  for (const target of targets) {
    it(`reaches the upstream with the target that was matched, byte for byte: ${target}`, async () => {
      const { app, gateway } = await start()
      expect((await ask(gateway.port, { target })).status).toBe(200)
      expect(app.received.map((request) => request.target)).toEqual([target])
    })
  }

  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'frob', 'M-SEARCH']) {
    it(`keeps its method: ${method}`, async () => {
      const { app, gateway } = await start()
      await ask(gateway.port, { method, target: '/public/x' })
      expect(app.received[0]?.method).toBe(method)
    })
  }

  it('is denied without a token, with a challenge and a problem that reveals nothing more', async () => {
    const { app, gateway } = await start()
    const answer = await ask(gateway.port, { target: '/orders/1' })
    expect(answer.status).toBe(401)
    expect(answer.values('www-authenticate')).toEqual(['Bearer realm="warder"'])
    expect(answer.values('x-decision-reason')).toEqual(['token_missing'])
    expect(answer.values('content-type')).toEqual(['application/problem+json'])
    expect(answer.values('cache-control')).toEqual(['no-store'])
    const [id] = answer.values('x-decision-id')
    expect(JSON.parse(answer.body)).toEqual({
      type: 'urn:warder:reason:token_missing',
      title: 'Unauthorized',
      status: 401,
      code: 'token_missing',
      decision_id: id,
    })
    expect(app.received).toEqual([])
    expect(gateway.lines.filter((line) => line['id'] === id)).toMatchObject([
      { event: 'decision', reason: 'token_missing', via: 'gateway', route: 'orders' },
    ])
  })

  const denials: readonly (readonly [string, string, number, string?])[] = [
    ['no route', '/nowhere', 403],
    ['a closed route', '/closed/x', 403],
    ['an ambiguous path', '/public/../orders/1', 403],
    ['an encoded slash', '/public/a%2Fb', 403],
    ['an empty segment', '/public//b', 403],
    ['a backslash', '/public\\..\\orders', 403],
    ['an encoded dot segment', '/public/%2e%2e/orders', 403],
    ['a path parameter', '/public/a;b', 403],
    ['a known method in another letter case', '/public/x', 403, 'get'],
  ]
  for (const [name, target, status, method = 'GET'] of denials) {
    it(`never reaches the upstream: ${name}`, async () => {
      const { app, gateway } = await start()
      expect((await ask(gateway.port, { method, target })).status).toBe(status)
      expect(app.bytes()).toBe('')
    })
  }

  it('is allowed with a token, and its identity reaches the application', async () => {
    const { app, gateway } = await start()
    const token = mint({ scope: 'orders:read' })
    const answer = await ask(gateway.port, {
      target: '/orders/1',
      headers: [['Authorization', `Bearer ${token}`]],
    })
    expect(answer.status).toBe(200)
    expect(app.received[0]?.values('x-auth-subject')).toEqual(['alice'])
    // A claim that is absent is a header that is absent, as behind nginx.
    expect(app.received[0]?.values('x-auth-roles')).toEqual([])
    expect(answer.values('x-decision-id')).toEqual([...(app.received[0]?.values('x-decision-id') ?? [])])
  })

  it('may have a body with a length, which goes on as it came', async () => {
    const { app, gateway } = await start()
    await ask(gateway.port, { method: 'POST', target: '/public/x', body: 'a\r\n\r\nb' })
    expect(app.received[0]?.values('content-length')).toEqual(['6'])
    expect(app.received[0]?.body).toBe('a\r\n\r\nb')
  })

  it('may have a chunked body, which is chunked anew without extensions and trailers', async () => {
    const { app, gateway } = await start()
    const head = 'POST /public/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
    const body = '3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\nX-Auth-Subject: root\r\n\r\n'
    const { text } = await exchange(gateway.port, head + body, (all) => all.endsWith('ok'))
    expect(statusesOf(text)).toEqual([200])
    expect(app.bytes()).toEndWith('\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n')
  })

  it('gets 100 Continue once it is allowed, and not before', async () => {
    const { app, gateway } = await start()
    const head = (path: string): string =>
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n`
    const client = await openClient(gateway.port)
    client.send(head('/public/x'))
    expect((await client.receive()).status).toBe(100)
    client.send('abc')
    expect((await client.receive()).status).toBe(200)
    expect(app.received[0]).toMatchObject({ body: 'abc' })
    expect(app.received[0]?.values('expect')).toEqual([])
    client.send(head('/orders/x'))
    expect((await client.receive()).status).toBe(401)
    await client.ended
  })

  it('is refused when its body is larger than it may be, with and without a length', async () => {
    const { app, gateway } = await start(undefined, 'max_body: 4')
    expect((await ask(gateway.port, { method: 'POST', target: '/public/', body: '12345' })).status).toBe(413)
    expect(app.bytes()).toBe('')
    const chunked = 'POST /public/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
    const { text } = await exchange(gateway.port, `${chunked}5\r\n12345\r\n0\r\n\r\n`, (all) =>
      all.endsWith('}\n'),
    )
    expect(statusesOf(text)).toEqual([413])
    expect(app.received).toEqual([])
  })

  it('follows another on the same connection, and on the same connection to the server', async () => {
    const { app, gateway } = await start()
    const client = await openClient(gateway.port)
    for (const path of ['/public/1', '/orders/2', '/public/3']) {
      client.send(requestText({ target: path }))
      expect((await client.receive()).status).toBe(path === '/orders/2' ? 401 : 200)
    }
    client.close()
    expect(app.received.map((request) => request.target)).toEqual(['/public/1', '/public/3'])
    expect(app.connections).toHaveLength(1)
  })

  it('may be pipelined; each is judged, and the answers keep their order', async () => {
    const { app, gateway } = await start(
      (request, socket) => void socket.write(OK.replace('ok', request.target.slice(-2))),
    )
    const paths = ['/public/1', '/orders/2', '/public/3', '/public/4']
    const all = paths.map((target) => requestText({ target })).join('')
    const { text } = await exchange(
      gateway.port,
      all,
      (seen) => statusesOf(seen).length === 4 && seen.endsWith('/4'),
    )
    expect(statusesOf(text)).toEqual([200, 401, 200, 200])
    expect(app.received.map((request) => request.target)).toEqual(['/public/1', '/public/3', '/public/4'])
  })

  it('aborts the upstream when its client leaves', async () => {
    const { app, gateway } = await start(() => {})
    const client = await openClient(gateway.port)
    client.send(requestText({ target: '/public/slow' }))
    await waitFor('the request to arrive', () => app.received[0])
    let isClosed = false
    app.connections[0]?.on('close', () => (isClosed = true))
    client.close()
    await waitFor('the upstream connection to end', () => isClosed || undefined)
    expect(gateway.lines.some((line) => line['fault'] === 'client_closed')).toBe(true)
  })

  it('aborts the upstream when its client leaves though its next request waits', async () => {
    const app = await startRawUpstream(cleanup, () => {})
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    const client = await openClient(gateway.port)
    client.send(requestText({ target: '/public/1' }))
    await waitFor('the first request', () => app.received[0])
    // Two packets: the second one is read while the first request is under way.
    client.send(requestText({ target: '/public/2' }))
    client.close()
    await waitFor('the end', () => (app.connections[0]?.destroyed === true ? true : undefined))
    expect(app.received).toHaveLength(1)
  })
})

describe('an answer through the gateway', () => {
  const bodyless: readonly (readonly [string, string, string])[] = [
    [
      'HEAD with the length of the body that it has not',
      'HEAD',
      'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n',
    ],
    ['204', 'DELETE', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['304', 'GET', 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 7\r\n\r\n'],
  ]
  for (const [name, method, bytes] of bodyless) {
    it(`has no body, and the connection goes on: ${name}`, async () => {
      const { gateway } = await start(
        (request, socket) => void socket.write(request.method === 'POST' ? OK : bytes),
      )
      const client = await openClient(gateway.port)
      client.send(requestText({ method, target: '/public/' }))
      const answer = await client.receive(method !== 'HEAD')
      expect(answer.values('content-length')).toEqual(/length: (\d+)/i.exec(bytes)?.slice(1) ?? [])
      client.send(requestText({ method: 'POST', target: '/public/' }))
      expect((await client.receive()).body).toBe('ok')
      client.close()
    })
  }

  it('keeps its status, reason phrase, repeated fields and their spelling', async () => {
    const { gateway } = await start(
      (_, socket) =>
        void socket.write(
          'HTTP/1.1 418 I am\r\nset-COOKIE: a=1\r\nset-COOKIE: b=2\r\nContent-Length: 0\r\n\r\n',
        ),
    )
    const answer = await ask(gateway.port, { target: '/public/' })
    expect(answer.startLine).toBe('HTTP/1.1 418 I am')
    expect(answer.headers.filter(([name]) => name === 'set-COOKIE').map(([, value]) => value)).toEqual([
      'a=1',
      'b=2',
    ])
  })

  it('loses what belongs to the connection of the upstream', async () => {
    const fields =
      'Connection: x-hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-Decision-Id: forged\r\n'
    const { gateway } = await start(
      (_, socket) => void socket.write(`HTTP/1.1 200 OK\r\n${fields}Content-Length: 0\r\n\r\n`),
    )
    const answer = await ask(gateway.port, { target: '/public/' })
    for (const name of ['connection', 'x-hop', 'keep-alive']) expect(answer.values(name)).toEqual([])
    expect(answer.values('x-decision-id')).not.toContain('forged')
    expect(answer.values('x-decision-id')).toHaveLength(1)
  })

  it('is chunked for the client if only the end of the connection ends it', async () => {
    const { gateway } = await start((_, socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\nabc'))
    const answer = await ask(gateway.port, { target: '/public/' })
    expect(answer.values('transfer-encoding')).toEqual(['chunked'])
    expect(answer.body).toBe('abc')
  })

  it('ends with the connection for an HTTP/1.0 client', async () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'
    const { gateway } = await start((_, socket) => void socket.write(chunked))
    const { text, closedByServer } = await exchange(
      gateway.port,
      'GET /public/ HTTP/1.0\r\nHost: a\r\n\r\n',
      () => false,
    )
    expect(closedByServer).toBe(true)
    expect(text).toEndWith('\r\n\r\nabc')
    expect(text.toLowerCase()).not.toContain('transfer-encoding')
  })

  it('reaches the client event by event', async () => {
    let upstream: { write(text: string): void } | undefined
    const { gateway } = await start((_, socket) => {
      upstream = socket
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n')
    })
    const response = await fetch(`${gateway.url}/public/events`)
    const reader = response.body?.getReader()
    const next = async (): Promise<string> => new TextDecoder().decode((await reader?.read())?.value)
    expect(await next()).toBe('data: 1\n\n')
    upstream?.write('data: 2\n\n')
    expect(await next()).toBe('data: 2\n\n')
    await reader?.cancel()
  })

  it('is cut off, not ended, when the upstream breaks off', async () => {
    const { gateway } = await start((_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', () =>
        socket.destroy(),
      )
    })
    const client = await openClient(gateway.port)
    client.send(requestText({ target: '/public/' }))
    const ended = await client.receive().catch(String)
    expect(ended).toContain('ended within an answer')
    expect(gateway.lines.some((line) => line['fault'] === 'upstream_closed')).toBe(true)
  })
})
