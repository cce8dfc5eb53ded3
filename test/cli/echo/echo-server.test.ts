/** `warder echo`: what arrives is shown as it was spelled, and no credential is. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { startEcho, type Echo } from '../../../src/cli/echo/echo-server.ts'
import type { EchoedRequest } from '../../../src/cli/echo/echoed-request.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { openClient, requestText, type RawRequest, type RawResponse } from '../../support/live/raw-client.ts'
import { portOf } from '../../support/live/warder.ts'

const cleanup = createCleanup()
const seen: EchoedRequest[] = []
let echo: Echo
let port = 0
beforeAll(() => {
  echo = startEcho({ kind: 'tcp', host: '127.0.0.1', port: 0 }, (request) => seen.push(request))
  cleanup.add(() => echo.stop())
  port = portOf(echo.address)
})
afterAll(() => cleanup.run())

interface Shown {
  readonly schema: string
  readonly method: string
  readonly target: string
  readonly version: string
  readonly fields: readonly (readonly [string, string])[]
  readonly body_bytes: number
  readonly connection: number
  readonly request: number
  readonly from: string
}

const JSON_PLEASE = 'Accept: application/json\r\n'

async function send(bytes: string, hasBody = true): Promise<RawResponse & { readonly isEnded: boolean }> {
  const client = await openClient(port)
  client.send(bytes)
  const answer = await client.receive(hasBody)
  const isEnded = answer.values('connection').includes('close')
  // A connection that is said to end ends.
  if (isEnded) await client.ended
  client.close()
  return { ...answer, isEnded }
}

/** The client reads bytes as latin1. */
const textOf = ({ body }: RawResponse): string => Buffer.from(body, 'latin1').toString('utf8')
const shownOf = (answer: RawResponse): Shown => JSON.parse(textOf(answer)) as Shown

describe('what arrives is shown as it was spelled', () => {
  const FIELDS = [
    ['X-Auth-Subject', 'alice'],
    ['X_Auth_Subject', 'mallory'],
    ['x.auth.subject', 'm'],
    ['X-AUTH-SUBJECT', ''],
    ['X-Auth-Subject', 'alice'],
    ['no colon', ''],
    [' folded', 'value'],
    ['X-Latin', 'caf\u00e9'],
  ] as const
  it('in its order, letter case and repetition', async () => {
    const lines = FIELDS.map(([name, value]) => (name === 'no colon' ? name : `${name}: ${value}`)).join(
      '\r\n',
    )
    const answer = await send(`GET /a%2Fb//c?x=1 HTTP/1.1\r\nHost: h\r\n${JSON_PLEASE}${lines}\r\n\r\n`)
    expect(answer.status).toBe(200)
    expect(shownOf(answer)).toMatchObject({
      schema: 'warder.echo/v1',
      method: 'GET',
      target: '/a%2Fb//c?x=1',
      version: 'HTTP/1.1',
      fields: [['Host', 'h'], ['Accept', 'application/json'], ...FIELDS],
      body_bytes: 0,
      request: 1,
      from: '127.0.0.1',
    })
  })

  const LINES: readonly (readonly [line: string, method: string, target: string, version: string])[] = [
    ['GET http://other/x HTTP/1.1', 'GET', 'http://other/x', 'HTTP/1.1'],
    ['OPTIONS * HTTP/1.1', 'OPTIONS', '*', 'HTTP/1.1'],
    ['get \\x;y HTTP/1.1', 'get', '\\x;y', 'HTTP/1.1'],
    ['GET /a b HTTP/1.0', 'GET', '/a b', 'HTTP/1.0'],
    ['PRI * HTTP/2.0', 'PRI', '*', 'HTTP/2.0'],
    ['GET /', 'GET /', '', ''],
    ['nothing', 'nothing', '', ''],
  ]
  for (const [line, method, target, version] of LINES)
    it(`in the request line ${line}`, async () => {
      const shown = shownOf(await send(`${line}\r\n${JSON_PLEASE}\r\n`))
      expect(shown).toMatchObject({ method, target, version })
    })

  it('as text for people', async () => {
    const answer = await send(requestText({ target: '/orders/1', headers: [['x_Y', '1']], body: 'abc' }))
    expect(answer.values('content-type')).toEqual(['text/plain; charset=utf-8'])
    expect(answer.body).toMatch(
      /^GET \/orders\/1 HTTP\/1\.1\nHost: api\.example\.com\nx_Y: 1\nContent-Length: 3\n\nbody of 3 bytes; request 1 on connection \d+, from 127\.0\.0\.1\n$/,
    )
  })
})

describe('every answer is marked', () => {
  const requests: readonly RawRequest[] = [
    {},
    { method: 'HEAD' },
    { method: 'POST', body: 'x' },
    { method: 'CONNECT', target: 'a:1' },
  ]
  for (const request of requests)
    it(`to ${request.method ?? 'GET'}`, async () => {
      const answer = await send(requestText(request), request.method !== 'HEAD')
      expect(answer.values('x-warder-echo')).toEqual(['1'])
      expect(answer.values('cache-control')).toEqual(['no-store'])
    })
  it('to a head that is too large', async () => {
    const answer = await send(requestText({ headers: [['X', 'x'.repeat(140_000)]] }))
    expect([answer.status, answer.values('x-warder-echo')]).toEqual([431, ['1']])
  })
  it('but a CONNECT makes no tunnel', async () => {
    expect((await send(requestText({ method: 'CONNECT', target: 'a:1' }))).status).toBe(405)
  })
})

describe('bodies', () => {
  const HEAD = `POST / HTTP/1.1\r\nHost: h\r\n${JSON_PLEASE}`
  const cases: readonly (readonly [name: string, bytes: string, bodyBytes: number, isEnded: boolean])[] = [
    ['of a length', 'Content-Length: 5\r\n\r\nhello', 5, false],
    ['of length 0', 'Content-Length: 0\r\n\r\n', 0, false],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n', 5, false],
    ['with both framings', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 0, true],
    ['with two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello', 0, true],
    ['with an invalid length', 'Content-Length: +5\r\n\r\nhello', 0, true],
    ['in another coding', 'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', 0, true],
    ['in broken chunks', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n', 0, true],
  ]
  for (const [name, bytes, bodyBytes, isEnded] of cases)
    it(`${name} ${isEnded ? 'end the connection' : 'are counted'}`, async () => {
      const answer = await send(HEAD + bytes)
      expect([answer.status, shownOf(answer).body_bytes, answer.isEnded]).toEqual([200, bodyBytes, isEnded])
    })

  it('are asked for when the client waits for that', async () => {
    const client = await openClient(port)
    client.send(`${HEAD}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`)
    expect((await client.receive()).status).toBe(100)
    client.send('ok')
    expect(shownOf(await client.receive()).body_bytes).toBe(2)
    client.close()
  })

  it('do not become part of the next request on the connection', async () => {
    const client = await openClient(port)
    client.send(`${HEAD}Content-Length: 5\r\n\r\nhelloGET /next HTTP/1.1\r\nHost: h\r\n${JSON_PLEASE}\r\n`)
    const [first, second] = [shownOf(await client.receive()), shownOf(await client.receive())]
    expect([first.request, second.request, second.target]).toEqual([1, 2, '/next'])
    expect(second.connection).toBe(first.connection)
    client.close()
  })
})

describe('a WebSocket', () => {
  it('opens, and its only message is what arrived', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`)
    const events: unknown[] = []
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('message', ({ data }) => events.push(data))
      socket.addEventListener('close', ({ code }) => {
        events.push(code)
        resolve()
      })
      socket.addEventListener('error', () => reject(new Error('no WebSocket')))
    })
    expect(JSON.parse(String(events[0]))).toMatchObject({ target: '/socket', schema: 'warder.echo/v1' })
    expect(events[1]).toBe(1000)
  })

  const HANDSHAKE = [
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ] as const
  const cases: readonly (readonly [upgrade: readonly string[], status: number])[] = [
    [['websocket'], 101],
    [['h2c'], 200],
    [['h2c', 'websocket'], 200],
    [[], 200],
  ]
  for (const [upgrade, status] of cases)
    it(`is ${status === 101 ? '' : 'not '}opened for Upgrade: ${upgrade.join(' and ')}`, async () => {
      const headers = [...HANDSHAKE, ...upgrade.map((value) => ['Upgrade', value] as const)]
      const answer = await send(requestText({ headers }))
      expect([answer.status, answer.values('x-warder-echo')]).toEqual([status, ['1']])
      // RFC 6455 §1.3 has the answer to this key.
      expect(answer.values('sec-websocket-accept')).toEqual(
        status === 101 ? ['s3pPLMBiTxaQ9kYGzzhZRbK+xOo='] : [],
      )
    })
})

describe('no credential is shown', () => {
  const TOKEN = `eyJ${'a'.repeat(40)}.${'b'.repeat(40)}.${'c'.repeat(40)}`
  const cases: readonly (readonly [name: string, value: string, shown: string])[] = [
    ['Authorization', `Bearer ${TOKEN}`, 'Bearer ********'],
    ['Authorization', 'Basic dTpw', 'Basic ********'],
    ['Authorization', 'secret', '********'],
    ['Proxy-Authorization', 'Basic dTpw', 'Basic ********'],
    ['X_Authorization', 'Bearer x', 'Bearer ********'],
    ['Cookie', `access_token=${TOKEN}; theme=dark`, 'access_token=********; theme=********'],
    ['Cookie', 'plain', '********'],
    ['X-Forwarded-Access-Token', TOKEN, '[redacted]'],
  ]
  for (const accept of [JSON_PLEASE, ''])
    for (const [name, value, shown] of cases)
      it(`in ${name}: ${shown}, as ${accept === '' ? 'text' : 'JSON'}`, async () => {
        const { body } = await send(
          `GET /?t=${TOKEN} HTTP/1.1\r\nHost: h\r\n${accept}${name}: ${value}\r\n\r\n`,
        )
        expect(body).toContain(accept === '' ? `${name}: ${shown}\n` : JSON.stringify(shown))
        for (const secret of [TOKEN, 'a'.repeat(40), 'b'.repeat(40), 'dTpw', 'dark'])
          expect(body).not.toContain(secret)
        expect(body).toContain('/?t=[redacted]')
      })
})

it('control characters of a target do not reach a terminal', async () => {
  const answer = await send('GET /\u001b[31m HTTP/1.1\r\nHost: h\r\n\r\n')
  expect(textOf(answer)).toStartWith('GET /\ufffd[31m')
})

it('the operator gets one entry for each request', () => {
  expect(seen.length).toBeGreaterThan(40)
  expect(seen.every(({ connection, request }) => connection > 0 && request > 0)).toBe(true)
})
