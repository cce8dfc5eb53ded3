/** Bytes to the site, and what comes back. */
import { createServer, type Socket } from 'node:net'
import { afterAll, describe, expect, it } from 'bun:test'
import { http2Fields, requestBytes, type AskedRequest } from '../../../src/cli/doctor/asking/asked-request.ts'
import { createRawAsker, whyUnreachable } from '../../../src/cli/doctor/asking/raw-asker.ts'
import { readTarget, type Target } from '../../../src/cli/doctor/asking/target.ts'
import { latencyOf } from '../../../src/cli/doctor/latency.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { listen } from '../../support/live/loopback.ts'

const cleanup = createCleanup()
afterAll(() => cleanup.run())

const REQUEST: AskedRequest = { label: 'x', method: 'GET', target: '/a', fields: [] }
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** A site that does this with each request; its requests, by connection. */
async function site(
  answer: (socket: Socket, count: number) => void,
): Promise<{ readonly target: Target; readonly received: string[][] }> {
  const received: string[][] = []
  const server = createServer((socket) => {
    const mine: string[] = []
    received.push(mine)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      mine.push(chunk.toString('latin1'))
      answer(socket, received.flat().length)
    })
  })
  const port = await listen(server, cleanup)
  return { received, target: readTarget(`http://127.0.0.1:${port}/a`, {}, undefined) }
}

describe('an answer', () => {
  const cases: readonly (readonly [
    name: string,
    bytes: string,
    end: boolean,
    expected: object,
    method?: string,
  ])[] = [
    ['of a length', OK, false, { status: 200, body: 'ok', hasSurplus: false }],
    [
      'in chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
      false,
      { status: 200, body: 'ok' },
    ],
    ['that ends with the connection', 'HTTP/1.1 200 OK\r\n\r\nok', true, { status: 200, body: 'ok' }],
    ['behind 100 Continue', `HTTP/1.1 100 Continue\r\n\r\n${OK}`, false, { status: 200, body: 'ok' }],
    ['with bytes behind it', `${OK}HTTP/1.1 200 OK\r\n\r\n`, false, { status: 200, hasSurplus: true }],
    [
      'that changes the protocol',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x00',
      false,
      { status: 101, hasSurplus: false },
    ],
    ['to HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n', false, { status: 200, body: '' }, 'HEAD'],
    ['that is none', '', true, { status: 0, fault: 'closed' }],
    [
      'that is cut off',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok',
      true,
      { status: 0, fault: 'closed' },
    ],
    ['of another protocol', 'SSH-2.0-OpenSSH\r\n\r\n', false, { status: 0, fault: 'invalid' }],
    ['that does not come', '', false, { status: 0, fault: 'late' }],
    [
      'that does not end',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok',
      false,
      { status: 0, fault: 'late' },
    ],
  ]
  for (const [name, bytes, end, expected, method = 'GET'] of cases)
    it(`${name} is ${JSON.stringify(expected)}`, async () => {
      const { target } = await site((socket) =>
        end ? socket.end(bytes, 'latin1') : socket.write(bytes, 'latin1'),
      )
      expect(
        await createRawAsker(target, name.includes(' not ') ? 150 : 30_000).ask({ ...REQUEST, method }),
      ).toMatchObject(expected)
    })

  it('of a site that does not listen is none', async () => {
    const target = readTarget('http://127.0.0.1:1/', {}, undefined)
    expect(await createRawAsker(target, 1000).ask(REQUEST)).toMatchObject({
      status: 0,
      fault: 'no_connection',
    })
    expect(await whyUnreachable(target, 1000)).toBe('ECONNREFUSED')
  })
})

describe('requests in turn', () => {
  it('are sent on one connection', async () => {
    const { target, received } = await site((socket) => socket.write(OK))
    const answers = await createRawAsker(target, 5000).askInTurn([REQUEST, REQUEST, REQUEST])
    expect([answers.map(({ status }) => status), received.map(({ length }) => length)]).toEqual([
      [200, 200, 200],
      [3],
    ])
  })

  it('go on with a new connection when the site ends one', async () => {
    const { target, received } = await site((socket, count) =>
      count === 2 ? socket.destroy() : socket.write(OK),
    )
    const answers = await createRawAsker(target, 5000).askInTurn([REQUEST, REQUEST])
    // The second was not answered on the first connection.
    expect([answers.map(({ status }) => status), received.map(({ length }) => length)]).toEqual([
      [200, 200],
      [2, 1],
    ])
  })

  it('do not use a connection on which more came than was asked for', async () => {
    const { target, received } = await site((socket) => socket.write(OK + OK))
    await createRawAsker(target, 5000).askInTurn([REQUEST, REQUEST])
    expect(received.map(({ length }) => length)).toEqual([1, 1])
  })
})

describe('a request', () => {
  it('has the bytes that are asked for', () => {
    const request: AskedRequest = {
      label: 'x',
      method: 'gEt',
      target: '//a\\b',
      first: [['x_Y', '1']],
      hosts: ['a', 'b'],
      fields: [
        ['X.Y', ''],
        ['x.y', '2'],
      ],
      body: 'abc',
    }
    expect(requestBytes(request, 'unused')).toBe(
      'gEt //a\\b HTTP/1.1\r\nx_Y: 1\r\nHost: a\r\nHost: b\r\nUser-Agent: warder-doctor\r\nAccept: application/json\r\nX.Y: \r\nx.y: 2\r\n\r\nabc',
    )
    expect(http2Fields(request, 'unused')).toMatchObject({
      ':method': 'gEt',
      ':path': '//a\\b',
      ':authority': 'a',
      host: 'b',
      'x.y': ['', '2'],
    })
  })
})

describe('the target', () => {
  const cases: readonly (readonly [
    url: string,
    flags: Parameters<typeof readTarget>[1],
    expected: object,
  ])[] = [
    [
      'http://a.example/x?y=1',
      {},
      { authority: 'a.example', path: '/x', query: 'y=1', connect: { host: 'a.example', port: 80 } },
    ],
    [
      'https://a.example',
      {},
      { path: '/', query: '', connect: { host: 'a.example', port: 443 }, serverName: 'a.example' },
    ],
    ['https://127.0.0.1:8443/', {}, { authority: '127.0.0.1:8443', serverName: undefined }],
    ['http://[::1]:80/', {}, { authority: '[::1]', connect: { host: '::1', port: 80 } }],
    ['http://a.example/x', { path: '/b%2Fc?d' }, { path: '/b%2Fc', query: 'd' }],
    [
      'http://a.example/x',
      { connect: '127.0.0.1:8080' },
      { authority: 'a.example', connect: { host: '127.0.0.1', port: 8080 } },
    ],
    ['http://a.example/x', { connect: '[::1]:8080' }, { connect: { host: '::1', port: 8080 } }],
  ]
  for (const [url, flags, expected] of cases)
    it(`of ${url} ${JSON.stringify(flags)}`, () =>
      expect(readTarget(url, flags, undefined)).toMatchObject(expected))

  const wrong: readonly (readonly [url: string, flags: Parameters<typeof readTarget>[1]])[] = [
    ['ftp://a/', {}],
    ['a.example/x', {}],
    ['http://user:secret@a/', {}],
    ['http://a/', { path: 'x' }],
    ['http://a/', { path: '/x y' }],
    ['http://a/', { path: '/x#y' }],
    ['http://a/', { connect: 'a' }],
    ['http://a/', { connect: 'a:0' }],
    ['http://a/', { connect: 'a:70000' }],
  ]
  for (const [url, flags] of wrong)
    it(`is not ${url} ${JSON.stringify(flags)}`, () =>
      expect(() => readTarget(url, flags, undefined)).toThrow(/./))
})

it('latency is the median and the 99th percentile', () => {
  expect(latencyOf([])).toBeUndefined()
  expect(latencyOf([3])).toEqual({ count: 1, medianMs: 3, p99Ms: 3 })
  const times = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(latencyOf(times)).toEqual({ count: 100, medianMs: 51, p99Ms: 100 })
})
