/** The life of the decision listener and of its connections. */
import { afterEach, describe, expect, it } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WarderError } from '../../src/errors.ts'
import type { RequestHandler } from '../../src/http/connections/client-connection.ts'
import { serveHttp1 } from '../../src/http/connections/http1-connection.ts'
import type { Deadlines, Expiring } from '../../src/http/deadlines.ts'
import { UNCHARGED } from '../../src/http/held-account.ts'
import type { WrittenAnswer } from '../../src/http/messages/whole-answer.ts'
import { createDecisionListener, type DecisionListener } from '../../src/server/decision-listener.ts'
import { createEndpointHandler, type Endpoint } from '../../src/server/endpoint-handler.ts'
import { freeSocket } from '../../src/server/free-socket.ts'
import type { SocketAddress } from '../../src/socket-address.ts'
import { createFakeWire } from '../support/fake-wire.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { waitFor } from '../support/live/loopback.ts'
import { openClient, requestText } from '../support/live/raw-client.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { statusesOf } from '../support/raw-http.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const LOOPBACK = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const
const OK: WrittenAnswer = { status: 200, lines: '', body: 'ok' }
const ok: Endpoint = () => OK
const QUIET = { onRefused() {}, onUnknownPath() {}, onLimitReached() {}, onOverload() {} }

const open = (address: SocketAddress, endpoints: Readonly<Record<string, Endpoint>>): DecisionListener => {
  const listener = createDecisionListener(address, new Map(Object.entries(endpoints)), QUIET)
  cleanup.add(() => listener.stop())
  return listener
}
const portOf = (listener: DecisionListener): number => Number(listener.address.split(':').at(-1))
const urlOf = (listener: DecisionListener, path = '/'): string => `http://${listener.address}${path}`

describe('createDecisionListener()', () => {
  it('listens on a unix socket, and removes it when it stops', async () => {
    const path = join(createTempDir(cleanup), 'warder.sock')
    const listener = open({ kind: 'unix', path }, { '/': ok })
    expect(listener.address).toBe(`unix:${path}`)
    expect(await (await fetch('http://warder/', { unix: path })).text()).toBe('ok')
    await listener.stop()
    expect(existsSync(path)).toBe(false)
  })

  it('does not take the socket of a process that is running', async () => {
    const path = join(createTempDir(cleanup), 'warder.sock')
    open({ kind: 'unix', path }, { '/': ok })
    expect(freeSocket({ kind: 'unix', path })).rejects.toMatchObject({ code: 'ERR_SERVER_LISTEN' })
    expect(() => open({ kind: 'unix', path }, {})).toThrow(WarderError)
    expect((await fetch('http://warder/', { unix: path })).status).toBe(200)
  })

  it('leaves a file alone that is not a socket', () => {
    const path = join(createTempDir(cleanup), 'precious')
    writeFileSync(path, 'data')
    expect(() => open({ kind: 'unix', path }, {})).toThrow(WarderError)
    expect(existsSync(path)).toBe(true)
  })

  it('names the address that is taken', () => {
    const port = portOf(open(LOOPBACK, {}))
    expect(() => open({ ...LOOPBACK, port }, {})).toThrow(
      expect.objectContaining({ code: 'ERR_SERVER_LISTEN', message: expect.stringContaining(String(port)) }),
    )
  })

  it('leaves the socket of its successor alone when its last request is answered', async () => {
    const path = join(createTempDir(cleanup), 'warder.sock')
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<WrittenAnswer>()
    const slow: Endpoint = () => {
      asked.resolve()
      return answer.promise
    }
    const old = open({ kind: 'unix', path }, { '/': slow })
    const last = fetch('http://warder/', { unix: path })
    await asked.promise
    const stopped = old.stop()
    await freeSocket({ kind: 'unix', path })
    open({ kind: 'unix', path }, { '/': ok })
    answer.resolve({ ...OK, body: 'late' })
    expect(await (await last).text()).toBe('late')
    await stopped
    expect((await fetch('http://warder/', { unix: path })).status).toBe(200)
  })

  const endpoints = { '/now': ok, '/later': () => Promise.resolve(OK) }
  for (const path of [...Object.keys(endpoints), '/nowhere']) {
    it(`makes every answer the last on its connection while it drains: ${path}`, async () => {
      const listener = open(LOOPBACK, endpoints)
      const ask = async (): Promise<string | null> =>
        (await fetch(urlOf(listener, path))).headers.get('connection')
      expect(await ask()).not.toBe('close')
      listener.drain()
      expect(await ask()).toBe('close')
    })
  }

  it('replaces its endpoints without closing connections', async () => {
    const listener = open(LOOPBACK, { '/': ok })
    const client = await openClient(portOf(listener))
    const ask = async (target: string): Promise<number> => {
      client.send(requestText({ target }))
      return (await client.receive()).status
    }
    expect([await ask('/'), await ask('/new')]).toEqual([200, 404])
    listener.replace(new Map([['/new', ok]]))
    expect([await ask('/'), await ask('/new')]).toEqual([404, 200])
    client.close()
  })

  const bugs: Readonly<Record<string, Endpoint>> = {
    '/throws': () => {
      throw new Error('secret detail')
    },
    '/rejects': () => Promise.reject(new Error('secret detail')),
  }
  for (const path of Object.keys(bugs)) {
    it(`answers 503 without details, and closes, when an endpoint has a bug: ${path}`, async () => {
      const listener = open(LOOPBACK, bugs)
      const client = await openClient(portOf(listener))
      client.send(requestText({ target: path }))
      const answer = await client.receive()
      expect([answer.status, answer.body]).toEqual([503, ''])
      expect(answer.values('X-Decision-Reason')).toEqual(['internal_error'])
      expect(answer.values('Connection')).toEqual(['close'])
      await client.ended
    })
  }

  it('does not answer a client that has left while its answer was awaited', async () => {
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<WrittenAnswer>()
    const listener = open(LOOPBACK, {
      '/': () => {
        asked.resolve()
        return answer.promise
      },
    })
    const client = await openClient(portOf(listener))
    client.send(requestText({}))
    await asked.promise
    client.close()
    answer.resolve(OK)
    // Nothing is left that the stop would wait for.
    await listener.stop()
  })
})

/** A connection on a fake wire, and its deadlines. */
function serve(endpoint: Endpoint, change: (handler: RequestHandler) => RequestHandler = (same) => same) {
  const items = new Set<Expiring>()
  const deadlines: Deadlines = {
    add: (item) => void items.add(item),
    remove: (item) => void items.delete(item),
    close() {},
  }
  const wire = createFakeWire()
  serveHttp1(wire, {
    handler: change(
      createEndpointHandler(
        () => new Map([['/', endpoint]]),
        '',
        () => {},
        () => {},
      ),
    ),
    deadlines,
    patience: { firstMs: 75_000, idleMs: 75_000 },
    held: UNCHARGED,
    isDraining: () => false,
    isStopping: () => false,
    onBusy() {},
    onIdle() {},
    onClose() {},
  })
  return {
    wire,
    send: (text: string) => wire.events.onData(Buffer.from(text, 'latin1')),
    pass: (ms: number) => {
      const now = performance.now() + ms
      for (const item of items) {
        if (item.deadlineMs > now) continue
        item.deadlineMs = Infinity
        item.onDeadline()
      }
    },
  }
}

describe('a connection of the decision listener', () => {
  const ONE = requestText({})

  it('may be idle for a minute, before its first request as well', () => {
    const { wire, send, pass } = serve(ok)
    pass(60_000)
    send(ONE)
    expect(statusesOf(wire.text())).toEqual([200])
    pass(60_000)
    expect(wire.ending).toBeUndefined()
    pass(80_000)
    expect(wire.ending).toBe('destroyed')
  })

  it('is refused a head that takes more than ten seconds', () => {
    const { wire, send, pass } = serve(ok)
    send(ONE.slice(0, 20))
    pass(9_000)
    expect(wire.text()).toBe('')
    pass(11_000)
    expect(statusesOf(wire.text())).toEqual([408])
  })

  it('is not read from while its answers are not read', async () => {
    const { wire, send } = serve(ok)
    wire.hold(true)
    send(ONE.repeat(5_000))
    await new Promise((resolve) => setImmediate(resolve))
    const held = wire.text().length
    expect(held).toBeLessThan(20_000)
    expect(wire.isPaused).toBe(true)
    wire.hold(false)
    await waitFor('all answers', () => statusesOf(wire.text()).length === 5_000 || undefined)
    expect(wire.isPaused).toBe(false)
  })

  it('is not read from while its answers are not read, wherever its requests are cut', async () => {
    const { wire, send } = serve(ok)
    const [start, end] = [ONE.slice(0, 20), ONE.slice(20)]
    wire.hold(true)
    send(ONE + start)
    for (let i = 0; i < 100; i++) send(end + start)
    expect(statusesOf(wire.text())).toEqual([200])
    wire.hold(false)
    await waitFor('all answers', () => statusesOf(wire.text()).length === 101 || undefined)
    send(end)
    expect(statusesOf(wire.text())).toHaveLength(102)
  })

  it('may be idle for a minute behind an empty line, too', () => {
    const { wire, send, pass } = serve(ok)
    send(ONE.slice(0, 20))
    send(`${ONE.slice(20)}\r\n`)
    expect(statusesOf(wire.text())).toEqual([200])
    pass(60_000)
    expect(wire.ending).toBeUndefined()
  })

  /** The runtime does all this before it reports the next event. */
  const afterCallbacks = async (): Promise<void> => {
    for (let i = 0; i < 100; i++) await Promise.resolve()
  }
  const WAYS: Readonly<Record<string, (handler: RequestHandler) => RequestHandler>> = {
    'at once': (handler) => handler,
    'over a stream': ({ serve: over, refuse }) => ({ serve: over, refuse }),
  }
  for (const [way, change] of Object.entries(WAYS)) {
    it(`lets others have their turn between its pipelined requests, answered ${way}`, async () => {
      const { wire, send } = serve(ok, change)
      const answered = (): number => statusesOf(wire.text()).length
      send(ONE.repeat(100))
      for (let turn = 1; answered() < 100; turn++) {
        await afterCallbacks()
        expect(answered()).toBeLessThanOrEqual(turn * 16)
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(wire.isPaused).toBe(false)
      send(ONE)
      await afterCallbacks()
      expect(answered()).toBe(101)
    })

    it(`is answered to its last request when it has sent its end meanwhile, answered ${way}`, async () => {
      const { wire, send } = serve(ok, change)
      send(ONE.repeat(60))
      await afterCallbacks()
      wire.events.onEnd()
      while (wire.ending === undefined) await new Promise((resolve) => setImmediate(resolve))
      expect(statusesOf(wire.text())).toHaveLength(60)
    })
  }

  it('is closed when its answers stay unread', () => {
    const { wire, send, pass } = serve(ok)
    wire.hold(true)
    send(ONE)
    pass(80_000)
    expect(wire.ending).toBe('destroyed')
  })
})
