import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { freePort, waitFor } from '../../support/live/loopback.ts'
import { ask, openClient, requestText } from '../../support/live/raw-client.ts'
import { gatewayConfig, OK, runGateway, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const PUBLIC = { target: '/public/' }

async function startTwo(upstream: string) {
  const first = await startRawUpstream(cleanup)
  const second = await startRawUpstream(cleanup)
  const gateway = await runGateway(gatewayConfig([first.url, second.url], { upstream }), cleanup)
  return { first, second, gateway }
}

describe('several servers', () => {
  it('take turns', async () => {
    const { first, second, gateway } = await startTwo('balance: round_robin')
    for (let i = 0; i < 6; i++) expect((await ask(gateway.port, PUBLIC)).status).toBe(200)
    expect([first.received.length, second.received.length]).toEqual([3, 3])
  })

  it('share by weight', async () => {
    const first = await startRawUpstream(cleanup)
    const second = await startRawUpstream(cleanup)
    const text = gatewayConfig(['FIRST', second.url]).replace('"FIRST"', `{ url: "${first.url}", weight: 3 }`)
    const gateway = await runGateway(text, cleanup)
    for (let i = 0; i < 8; i++) await ask(gateway.port, PUBLIC)
    expect([first.received.length, second.received.length]).toEqual([6, 2])
  })

  it('are chosen by how busy they are', async () => {
    const slow = await startRawUpstream(cleanup, () => {})
    const fast = await startRawUpstream(cleanup)
    const gateway = await runGateway(
      gatewayConfig([slow.url, fast.url], { upstream: 'balance: least_connections' }),
      cleanup,
    )
    const waiting = await openClient(gateway.port)
    waiting.send(requestText(PUBLIC))
    await waitFor('the slow server to be busy', () => slow.received[0])
    for (let i = 0; i < 4; i++) expect((await ask(gateway.port, PUBLIC)).status).toBe(200)
    expect([slow.received.length, fast.received.length]).toEqual([1, 4])
    waiting.close()
  })

  it('stand in for one that does not listen, with any method, and it is left alone after some failures', async () => {
    const good = await startRawUpstream(cleanup)
    const dead = `http://127.0.0.1:${await freePort()}`
    const gateway = await runGateway(
      gatewayConfig([dead, good.url], { upstream: 'eject_after: 2, eject_for: 1h' }),
      cleanup,
    )
    for (let i = 0; i < 8; i++)
      expect((await ask(gateway.port, { ...PUBLIC, method: 'POST', body: 'x' })).status).toBe(200)
    expect(good.received).toHaveLength(8)
    expect(good.received.every(({ body }) => body === 'x')).toBe(true)
  })

  it('are 502 when none listens, and the log names the server and the reason', async () => {
    const dead = `http://127.0.0.1:${await freePort()}`
    const gateway = await runGateway(gatewayConfig([dead]), cleanup)
    const answer = await ask(gateway.port, PUBLIC)
    expect(answer.status).toBe(502)
    expect(answer.body).not.toContain('127.0.0.1')
    expect(gateway.lines.find((line) => line['fault'] !== undefined)).toMatchObject({
      fault: 'connect_failed',
      server: dead,
      detail: 'ECONNREFUSED',
    })
  })

  it('may be a unix socket', async () => {
    const path = `/tmp/warder-gateway-${process.pid}.sock`
    const server = Bun.serve({ unix: path, fetch: (request) => new Response(request.headers.get('host')) })
    cleanup.add(() => server.stop(true))
    const gateway = await runGateway(gatewayConfig([`unix:${path}`]), cleanup)
    expect((await ask(gateway.port, PUBLIC)).body).toBe('api.example.com')
  })
})

describe('health checks', () => {
  it('keep clients away from a server that is down, and bring it back', async () => {
    let isWell = false
    const sick = await startRawUpstream(cleanup, (request, socket) => {
      const isCheck = request.target === '/healthz'
      socket.write(isCheck && !isWell ? 'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n' : OK)
    })
    const good = await startRawUpstream(cleanup)
    const upstream = 'health: { path: /healthz, interval: 100ms }'
    const gateway = await runGateway(gatewayConfig([sick.url, good.url], { upstream }), cleanup)
    const checks = (): number => sick.received.filter(({ target }) => target === '/healthz').length
    const requests = (): number => sick.received.length - checks()
    await waitFor('three checks', () => (checks() > 2 ? true : undefined))
    for (let i = 0; i < 4; i++) expect((await ask(gateway.port, PUBLIC)).status).toBe(200)
    expect(requests()).toBe(0)
    isWell = true
    const isBack = async () =>
      (await ask(gateway.port, PUBLIC)).status === 200 && requests() > 0 ? true : undefined
    await waitFor('the server to be asked again', isBack)
  })

  it('wait for the final answer behind interim ones', async () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'
    const checked = await startRawUpstream(cleanup, ({ target }, socket) => {
      socket.write(target === '/healthz' ? early + OK : OK)
    })
    const good = await startRawUpstream(cleanup)
    const upstream = 'health: { path: /healthz, interval: 100ms }'
    const gateway = await runGateway(gatewayConfig([checked.url, good.url], { upstream }), cleanup)
    const checks = (): number => checked.received.filter(({ target }) => target === '/healthz').length
    await waitFor('three checks', () => (checks() > 2 ? true : undefined))
    for (let i = 0; i < 4; i++) expect((await ask(gateway.port, PUBLIC)).status).toBe(200)
    expect(checked.received.length).toBeGreaterThan(checks())
  })

  /** The statuses that the configuration accepts, what the server answers, and whether clients are sent there. */
  const STATUSES: readonly (readonly [string, number, boolean])[] = [
    ['', 399, true],
    ['', 404, false],
    ['statuses: [200, 404]', 404, true],
    ['statuses: [2xx, 404]', 302, false],
    ['statuses: [4xx]', 401, true],
  ]
  for (const [statuses, status, isWell] of STATUSES) {
    it(`${isWell ? 'take' : 'do not take'} ${status} for well with \`${statuses || 'no statuses'}\``, async () => {
      const checked = await startRawUpstream(cleanup, ({ target }, socket) => {
        const isCheck = target === '/healthz'
        socket.write(isCheck ? `HTTP/1.1 ${status} Status\r\nContent-Length: 0\r\n\r\n` : OK)
      })
      const good = await startRawUpstream(cleanup)
      const upstream = `health: { path: /healthz, interval: 100ms${statuses === '' ? '' : `, ${statuses}`} }`
      const gateway = await runGateway(gatewayConfig([checked.url, good.url], { upstream }), cleanup)
      const checks = (): number => checked.received.filter(({ target }) => target === '/healthz').length
      await waitFor('three checks', () => (checks() > 2 ? true : undefined))
      for (let i = 0; i < 4; i++) expect((await ask(gateway.port, PUBLIC)).status).toBe(200)
      expect(checked.received.length > checks()).toBe(isWell)
    })
  }
})

describe('a server that accepts a connection and never answers', () => {
  it('costs no connection beyond the time it has for its TLS handshake', async () => {
    const app = await startRawUpstream(cleanup)
    const upstream = 'connect_timeout: 100ms, health: { path: /up, interval: 100ms, timeout: 100ms }'
    const url = app.url.replace('http:', 'https:')
    const gateway = await runGateway(gatewayConfig([url], { upstream }), cleanup)
    expect((await ask(gateway.port, PUBLIC)).status).toBe(502)
    await waitFor('a check and a request to be given up', () => {
      // On a busy machine the check may begin behind the answer to the request.
      const early = app.connections.slice(0, 3)
      return early.length >= 2 && early.every(({ closed }) => closed) ? true : undefined
    })
  })
})

describe('a server that closes an idle connection', () => {
  it('is asked again on a new one, when the request may be repeated', async () => {
    const app = await startRawUpstream(cleanup, (request, socket) => {
      // The second request on a connection is what an idle timeout looks like from here.
      if (request.bytes().split('HTTP/1.1').length > 2) socket.destroy()
      else socket.write(OK)
    })
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    for (let i = 0; i < 3; i++) expect((await ask(gateway.port, PUBLIC)).status).toBe(200)
    expect(app.connections.length).toBeGreaterThan(1)
  })

  it('is not asked again when it may already have acted', async () => {
    const app = await startRawUpstream(cleanup, (request, socket) => {
      if (request.method === 'POST') socket.destroy()
      else socket.write(OK)
    })
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    expect((await ask(gateway.port, PUBLIC)).status).toBe(200)
    expect((await ask(gateway.port, { ...PUBLIC, method: 'POST', body: 'x' })).status).toBe(502)
    expect(app.received.filter(({ method }) => method === 'POST')).toHaveLength(1)
  })

  it('is not asked again when a fresh connection ends without an answer', async () => {
    const app = await startRawUpstream(cleanup, (_, socket) => void socket.destroy())
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    expect((await ask(gateway.port, PUBLIC)).status).toBe(502)
    expect(app.received).toHaveLength(1)
  })
})

describe('a server that lies', () => {
  const lies: readonly (readonly [what: string, answer: string])[] = [
    ['no HTTP at all', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk'],
    [
      'a length beside chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['an unknown coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n'],
    ['a bare LF in its head', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'],
    ['a NUL in a field', 'HTTP/1.1 200 OK\r\nA: \0\r\nContent-Length: 0\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n'],
    ['an endless head', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(30_000)}`],
    ['endless interim answers', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100)],
  ]
  for (const [what, bytes] of lies) {
    it(`is 502 to the client: ${what}`, async () => {
      const app = await startRawUpstream(cleanup, (_, socket) => void socket.write(bytes))
      const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
      expect((await ask(gateway.port, PUBLIC)).status).toBe(502)
      expect(gateway.lines.some((line) => line['fault'] === 'upstream_invalid')).toBe(true)
    })
  }

  it('does not answer the next request with what it sent behind this answer', async () => {
    const app = await startRawUpstream(
      cleanup,
      (_, socket) => void socket.write(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged`),
    )
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    for (let i = 0; i < 3; i++) expect((await ask(gateway.port, PUBLIC)).body).toBe('ok')
    expect(app.connections).toHaveLength(3)
  })

  it('does not answer a request that it has not seen', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    expect((await ask(gateway.port, PUBLIC)).body).toBe('ok')
    let isClosed = false
    app.connections[0]?.on('close', () => (isClosed = true))
    app.connections[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged')
    await waitFor('the connection to be dropped', () => isClosed || undefined)
    expect((await ask(gateway.port, PUBLIC)).body).toBe('ok')
  })

  it('does not answer the next request with a body that follows its answer to HEAD', async () => {
    const app = await startRawUpstream(cleanup, ({ method, bytes }, socket) => {
      const isSecond = method === 'GET' && bytes().startsWith('HEAD')
      // Of a slow body, the next request sees the end.
      if (isSecond) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged')
      else socket.write(method === 'HEAD' ? 'HTTP/1.1 200 OK\r\nContent-Length: 44\r\n\r\n' : OK)
    })
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    const client = await openClient(gateway.port)
    client.send(requestText({ ...PUBLIC, method: 'HEAD' }))
    expect((await client.receive(false)).status).toBe(200)
    client.send(requestText(PUBLIC))
    expect((await client.receive()).body).toBe('ok')
    client.close()
  })

  it('does not pass for one that ended its answer when its connection breaks off', async () => {
    const app = await startRawUpstream(
      cleanup,
      (_, socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\nhalf'),
    )
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    const client = await openClient(gateway.port)
    client.send(requestText(PUBLIC))
    const received = client.receive()
    await waitFor('the request', () => app.received.at(0))
    app.connections[0]?.resetAndDestroy()
    expect(await received.catch(() => 'broken off')).toBe('broken off')
    expect(gateway.lines.some((line) => line['fault'] === 'upstream_closed')).toBe(true)
  })

  it('may send interim answers, which are not forwarded', async () => {
    const app = await startRawUpstream(
      cleanup,
      (_, socket) =>
        void socket.write(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${OK}`),
    )
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    expect((await ask(gateway.port, PUBLIC)).startLine).toBe('HTTP/1.1 200 OK')
  })
})
