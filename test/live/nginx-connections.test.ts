import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startCountingProxy, type CountingProxy } from '../support/live/counting-proxy.ts'
import { startGuardedSite, withToken, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { openClient, requestText } from '../support/live/raw-client.ts'
import { freePort } from '../support/live/loopback.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { startSocketApp } from '../support/live/socket-app.ts'

liveSuite('connections between nginx and Warder', ['nginx'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  let counter: CountingProxy | undefined
  beforeAll(async () => {
    const between = async (warderPort: number): Promise<number> => {
      counter = await startCountingProxy(warderPort, cleanup)
      return counter.port
    }
    site = await startGuardedSite(cleanup, { between })
  })
  afterAll(() => cleanup.run())

  /** Requests of one client; nginx itself ends a client's connection after 1,000. */
  const allow = async (times: number): Promise<void> => {
    const request = requestText(withToken({ target: '/orders/1' }, site.mint()))
    const client = await openClient(site.port)
    for (let i = 0; i < times; i++) {
      client.send(request)
      expect((await client.receive()).status).toBe(200)
    }
    client.close()
  }

  it('opens a new connection only if nginx itself ends one, after a thousand requests', async () => {
    await allow(5)
    const before = counter?.accepted() ?? 0
    for (let i = 0; i < 12; i++) await allow(250)
    const opened = (counter?.accepted() ?? 0) - before
    expect(before).toBeGreaterThan(0)
    expect(opened).toBeLessThanOrEqual(3)
  })

  it('leaves no request without its decision if connections end under load', async () => {
    const [before, served] = [counter?.accepted() ?? 0, site.app.received.length]
    await Promise.all(Array.from({ length: 8 }, () => allow(900)))
    expect(site.app.received.length - served).toBe(7_200)
    expect((counter?.accepted() ?? 0) - before).toBeGreaterThan(0)
  }, 60_000)

  it('does not open a connection for each denied request either', async () => {
    await site.ask({ target: '/orders/1' })
    const before = counter?.accepted() ?? 0
    for (let i = 0; i < 20; i++) expect((await site.ask({ target: '/orders/1' })).status).toBe(401)
    // nginx may just have ended the connection; without a reuse there would be 20.
    expect((counter?.accepted() ?? 0) - before).toBeLessThanOrEqual(1)
  })

  it('takes a POST with a body twice on one connection, and both bodies arrive', async () => {
    const client = await openClient(site.port)
    for (const body of ['first=1', `second=${'2'.repeat(20_000)}`]) {
      client.send(requestText(withToken({ method: 'POST', target: '/orders/1', body }, site.mint())))
      expect((await client.receive()).status).toBe(200)
      expect(site.app.received.at(-1)?.body).toBe(body)
    }
    client.close()
  })

  it('goes on after a denied POST with a body on the same connection', async () => {
    const client = await openClient(site.port)
    const body = 'GET /orders/smuggled HTTP/1.1\r\nHost: api.example.com\r\n\r\n'
    client.send(requestText({ method: 'POST', target: '/orders/1', body }))
    expect((await client.receive()).status).toBe(401)
    client.send(requestText(withToken({ method: 'POST', target: '/orders/2', body: 'x=1' }, site.mint())))
    expect((await client.receive()).status).toBe(200)
    client.close()
    expect(site.app.received.at(-1)).toMatchObject({ target: '/orders/2', body: 'x=1' })
  })

  it('asks Warder about a large upload without sending it there', async () => {
    const before = counter?.latestBytes().length ?? 0
    const body = 'x'.repeat(900_000)
    expect((await site.ask({ method: 'POST', target: '/orders/1', body }, site.mint())).status).toBe(200)
    expect(site.app.received.at(-1)?.body.length).toBe(body.length)
    expect((counter?.latestBytes().length ?? 0) - before).toBeLessThan(10_000)
  })
})

liveSuite('nginx and Warder over HTTP/1.0', ['nginx'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('lets good tokens pass, and no others, on a connection for each question', async () => {
    let counter: CountingProxy | undefined
    const site = await startGuardedSite(cleanup, {
      between: async (warderPort) => {
        counter = await startCountingProxy(warderPort, cleanup)
        return counter.port
      },
      // As in a configuration of one's own for nginx before 1.29.7.
      editSnippet: (text) => text.replaceAll('proxy_http_version 1.1', 'proxy_http_version 1.0'),
    })
    const before = counter?.accepted() ?? 0
    for (let i = 0; i < 5; i++) {
      expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
      expect((await site.ask({ target: '/orders/1' })).status).toBe(401)
    }
    expect(counter?.latestBytes().toString('latin1')).toContain('HTTP/1.0\r\n')
    expect((counter?.accepted() ?? 0) - before).toBe(10)
  })
})

liveSuite('nginx and Warder over a unix socket', ['nginx'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('lets good tokens pass, and no others', async () => {
    const site = await startGuardedSite(cleanup, {
      decisions: `unix:${createTempDir(cleanup)}/decisions.sock`,
    })
    expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
    expect((await site.ask({ target: '/orders/1' })).status).toBe(401)
  })

  for (const [umask, mode] of [
    ['022', 0o755],
    ['0007', 0o770],
  ] as const) {
    it(`leaves the socket the permissions of umask ${umask}`, async () => {
      const dir = createTempDir(cleanup)
      const port = await freePort()
      const file = join(dir, 'warder.yaml')
      const listen = `{ decisions: "unix:${dir}/decisions.sock", admin: "127.0.0.1:${port}" }`
      writeFileSync(
        file,
        `version: 1\nroutes:\n  - { name: all, match: {}, access: public }\nlisten: ${listen}\n`,
      )
      await startServe(file, port, cleanup, { inside: ['sh', '-c', `umask ${umask} && exec "$@"`, 'sh'] })
      expect(statSync(join(dir, 'decisions.sock')).mode & 0o777).toBe(mode)
    })
  }
})

liveSuite('WebSocket through nginx', ['nginx'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    const app = startSocketApp(cleanup)
    site = await startGuardedSite(cleanup, { upstream: `127.0.0.1:${app.port}` })
  })
  afterAll(() => cleanup.run())

  const handshake = [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ] as const

  it('opens with a token, and carries messages both ways', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${site.port}/socket`, {
      headers: { Host: 'api.example.com', Authorization: `Bearer ${site.mint()}` },
    })
    const reply = await new Promise((resolve, reject) => {
      socket.addEventListener('open', () => socket.send('ping'))
      socket.addEventListener('message', (event) => resolve(event.data))
      socket.addEventListener('error', () => reject(new Error('no WebSocket')))
    })
    socket.close()
    expect(reply).toBe('alice: ping')
  })

  it('answers 101 to the handshake with a token', async () => {
    expect((await site.ask({ target: '/socket', headers: handshake }, site.mint())).status).toBe(101)
  })

  it('answers 401 to the handshake without a token, with a challenge', async () => {
    const response = await site.ask({ target: '/socket', headers: handshake })
    expect(response.status).toBe(401)
    expect(response.values('WWW-Authenticate')).toEqual(['Bearer realm="warder"'])
    expect(response.values('X-Decision-Reason')).toEqual(['token_missing'])
  })
})
