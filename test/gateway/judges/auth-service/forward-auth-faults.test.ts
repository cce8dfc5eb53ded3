import { afterEach, describe, expect, it } from 'bun:test'
import type { Socket } from 'node:net'
import { answerText, forwardAuthConfig, startForwardAuth } from '../../../support/forward-auth.ts'
import { createCleanup } from '../../../support/live/cleanup.ts'
import { waitFor } from '../../../support/live/loopback.ts'
import { ask, openClient, requestText } from '../../../support/live/raw-client.ts'
import { runGateway, startRawUpstream } from '../../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const HEAD = 'HTTP/1.1 200 OK\r\n'

describe('an auth service that lies or stalls never allows', () => {
  const cases: readonly (readonly [string, number, (socket: Socket) => void])[] = [
    ['says nothing', 504, () => {}],
    ['stops within its head', 504, (socket) => void socket.write(`${HEAD}X-A: b\r\n`)],
    ['stops within its body', 504, (socket) => void socket.write(`${HEAD}Content-Length: 5\r\n\r\nab`)],
    [
      'stops within a chunk',
      504,
      (socket) => void socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\na`),
    ],
    ['never ends its body', 504, (socket) => void socket.write(`${HEAD}\r\nabc`)],
    ['sends interim answers only', 504, (socket) => void socket.write('HTTP/1.1 103 Early\r\n\r\n')],
    [
      'sends interim answers for ever',
      502,
      (socket) => void socket.write('HTTP/1.1 103 Early\r\n\r\n'.repeat(40)),
    ],
    ['closes at once', 502, (socket) => void socket.end()],
    ['resets the connection', 502, (socket) => void socket.resetAndDestroy()],
    ['closes within its head', 502, (socket) => void socket.end(HEAD)],
    ['closes within its body', 502, (socket) => void socket.end(`${HEAD}Content-Length: 5\r\n\r\nab`)],
    [
      'resets the connection within a body without length',
      502,
      (socket) => void socket.write(`${HEAD}\r\nab`, () => setImmediate(() => socket.resetAndDestroy())),
    ],
    ['announces too large a body', 502, (socket) => void socket.write(`${HEAD}Content-Length: 1025\r\n\r\n`)],
    ['sends too large a body', 502, (socket) => void socket.write(`${HEAD}\r\n${'a'.repeat(1_025)}`)],
    ['sends too large a head', 502, (socket) => void socket.write(`${HEAD}X-A: ${'a'.repeat(100_000)}`)],
    ['speaks another protocol', 502, (socket) => void socket.write('SSH-2.0-x\r\n\r\n')],
    ['speaks HTTP/2', 502, (socket) => void socket.write('HTTP/2 200\r\n\r\n')],
    ['upgrades', 502, (socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')],
    [
      'has two lengths',
      502,
      (socket) => void socket.write(`${HEAD}Content-Length: 0\r\nContent-Length: 1\r\n\r\n`),
    ],
    [
      'folds a header',
      502,
      (socket) => void socket.write(`${HEAD}X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n`),
    ],
    [
      'ends lines with LF',
      502,
      (socket) => void socket.write('HTTP/1.1 200 OK\nContent-Length: 0\n\r\n\r\n'),
    ],
    [
      'sends an invalid chunk',
      502,
      (socket) => void socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`),
    ],
  ]
  for (const [what, status, answer] of cases) {
    it(`${status} when it ${what}`, async () => {
      const more = 'timeout: 300ms, max_answer: 1KiB, allow_status: 2xx'
      const { app, gateway } = await startForwardAuth(cleanup, more, (_, socket) => answer(socket))
      expect((await ask(gateway.port, { target: '/x' })).status).toBe(status)
      expect(app.bytes()).toBe('')
      expect(gateway.lines).toMatchObject([{ reason: 'auth_service_failed', status }])
    })
  }

  it('502 if the server does not listen', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(forwardAuthConfig('http://127.0.0.1:1', app.url, ''), cleanup)
    expect((await ask(gateway.port, { target: '/x' })).status).toBe(502)
    expect(app.bytes()).toBe('')
  })
})

describe('an auth service that is odd but honest is understood', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['a body of some length', `${HEAD}Content-Length: 3\r\n\r\nabc`, false],
    ['a chunked body', `${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`, false],
    ['a body that ends with the connection', `${HEAD}\r\nabc`, true],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\n', true],
    ['an interim answer first', `HTTP/1.1 100 Continue\r\n\r\n${HEAD}Content-Length: 0\r\n\r\n`, false],
  ]
  for (const [what, text, closes] of cases) {
    it(what, async () => {
      const { gateway } = await startForwardAuth(cleanup, '', (_, socket) => {
        if (closes) socket.end(text)
        else socket.write(text)
      })
      for (let i = 0; i < 3; i++) expect((await ask(gateway.port, { target: '/x' })).status).toBe(200)
    })
  }
})

describe('a connection to the auth service', () => {
  it('is asked anew when the service closed it while it was idle or on its way', async () => {
    let asked = 0
    const { auth, gateway } = await startForwardAuth(cleanup, '', (_, socket) => {
      asked += 1
      // The second question finds the connection closed.
      if (asked === 2) socket.destroy()
      else socket.write(answerText(200))
    })
    expect((await ask(gateway.port, { target: '/1' })).status).toBe(200)
    expect((await ask(gateway.port, { target: '/2' })).status).toBe(200)
    expect(auth.connections.length).toBe(2)
  })

  it('is not used again after bytes that answer nothing', async () => {
    const twice = answerText(401) + answerText(200)
    const { auth, gateway } = await startForwardAuth(cleanup, '', (_, socket) => void socket.write(twice))
    expect((await ask(gateway.port, { target: '/1' })).status).toBe(401)
    expect((await ask(gateway.port, { target: '/2' })).status).toBe(401)
    expect(auth.connections.length).toBe(2)
  })

  it('is closed when the client goes away', async () => {
    const { app, auth, gateway } = await startForwardAuth(cleanup, '', () => {})
    const client = await openClient(gateway.port)
    client.send(requestText({ target: '/x' }))
    await waitFor('the question', () => auth.received[0])
    let isClosed = false
    auth.connections[0]?.once('close', () => (isClosed = true))
    client.close()
    await waitFor('the end of the connection', () => isClosed || undefined)
    expect(app.bytes()).toBe('')
  })
})

describe('a remembered allow', () => {
  const start = (cacheControl: readonly string[], status = 200, cache = '{ ttl: 1h }') =>
    startForwardAuth(cleanup, `cache: ${cache}, headers: { userId: X-User }`, (request, socket) => {
      const [token = ''] = request.values('authorization')
      socket.write(answerText(status, [...cacheControl, `userId: ${token}`]))
    })
  const get = (port: number, token: string, target = '/x') =>
    ask(port, { target, headers: [['Authorization', token]] })

  const cases: readonly (readonly [string, readonly string[], number])[] = [
    ['nothing about it', [], 1],
    ['max-age', ['Cache-Control: max-age=60'], 1],
    ['max-age=0', ['Cache-Control: max-age=0'], 2],
    ['max-age with spaces', ['Cache-Control: max-age = 0'], 2],
    ['a max-age that is none', ['Cache-Control: max-age=x'], 2],
    ['an Age beyond max-age', ['Cache-Control: max-age=60', 'Age: 61'], 2],
    ['no-store', ['Cache-Control: max-age=60', 'Cache-Control: No-Store'], 2],
    ['no-cache', ['Cache-Control: no-cache'], 2],
    ['private', ['Cache-Control: private, max-age=60'], 2],
  ]
  for (const [what, fields, questions] of cases) {
    it(`asks ${questions} times if the service answers ${what}`, async () => {
      const { app, auth, gateway } = await start(fields)
      for (let i = 0; i < 2; i++) expect((await get(gateway.port, 'a')).status).toBe(200)
      expect(auth.received.length).toBe(questions)
      expect(app.received.map((request) => request.values('x-user'))).toEqual([['a'], ['a']])
    })
  }

  it('counts for everything that was sent, and for nothing else', async () => {
    const { app, auth, gateway } = await start([])
    await get(gateway.port, 'a')
    await get(gateway.port, 'b')
    await get(gateway.port, 'a', '/y')
    await ask(gateway.port, { method: 'POST', target: '/x', headers: [['Authorization', 'a']] })
    expect(auth.received.length).toBe(4)
    expect(app.received.map((request) => request.values('x-user')[0])).toEqual(['a', 'b', 'a', 'a'])
  })

  it('is never a denial', async () => {
    const { auth, gateway } = await start([], 401)
    for (let i = 0; i < 2; i++) expect((await get(gateway.port, 'a')).status).toBe(401)
    expect(auth.received.length).toBe(2)
  })

  it('gives way to later ones', async () => {
    const { auth, gateway } = await start([], 200, '{ ttl: 1h, entries: 2 }')
    for (const token of ['a', 'b', 'a', 'c', 'a', 'b']) await get(gateway.port, token)
    expect(auth.received.map((request) => request.values('authorization')[0])).toEqual(['a', 'b', 'c', 'b'])
  })
})
