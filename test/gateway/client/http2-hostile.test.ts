import { afterEach, expect, it } from 'bun:test'
import { askHttp2, runHttp2Gateway } from '../../support/http2-client.ts'
import {
  END_HEADERS,
  END_STREAM,
  fieldsOf,
  frame,
  lengthAndText,
  literal,
  openFrames,
  type FrameClient,
} from '../../support/http2-frames.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { OK, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const WHOLE = END_HEADERS | END_STREAM
const request = (fields: Buffer, flags = WHOLE): Buffer => frame('HEADERS', flags, 1, fields)
const withLength = (...lengths: readonly string[]): Buffer =>
  request(
    Buffer.concat([
      fieldsOf({ ':method': 'POST' }),
      ...lengths.map((length) => literal('content-length', length)),
    ]),
    END_HEADERS,
  )

/** Requests that have more than one reading, or none. */
const NEVER_FORWARDED: readonly (readonly [name: string, ...frames: readonly Buffer[]])[] = [
  ['a name in upper case', request(fieldsOf({ 'X-Up': '1' }))],
  ['a name with a space', request(fieldsOf({ 'x y': '1' }))],
  ['a name with a line feed', request(fieldsOf({ 'x\r\ny': '1' }))],
  ['a name with a colon', request(fieldsOf({ 'x:y': '1' }))],
  ['an empty name', request(fieldsOf({ '': '1' }))],
  ['a line feed in a value', request(fieldsOf({ x: 'a\r\nX-Auth-Subject: root' }))],
  ['a NUL in a value', request(fieldsOf({ x: 'a\0' }))],
  ['a pseudo-header behind the fields', request(Buffer.concat([literal('a', '1'), fieldsOf()]))],
  ['two paths', request(Buffer.concat([fieldsOf(), literal(':path', '/closed/')]))],
  ['an unknown pseudo-header', request(fieldsOf({ ':foo': '1' }))],
  ['no path', request(fieldsOf({ ':path': undefined }))],
  ['an empty path', request(fieldsOf({ ':path': '' }))],
  ['a path with a line feed', request(fieldsOf({ ':path': '/public/ HTTP/1.1\r\nA: b' }))],
  ['a path with a space', request(fieldsOf({ ':path': '/public/ x' }))],
  ['a path with a fragment', request(fieldsOf({ ':path': '/public/#x' }))],
  ['an absolute form', request(fieldsOf({ ':path': 'https://api.example.com/public/' }))],
  ['a star', request(fieldsOf({ ':method': 'OPTIONS', ':path': '*' }))],
  ['a method with a space', request(fieldsOf({ ':method': 'GET /public/' }))],
  [
    'CONNECT',
    request(Buffer.concat([literal(':method', 'CONNECT'), literal(':authority', 'api.example.com:443')])),
  ],
  [
    'CONNECT for a WebSocket',
    request(fieldsOf({ ':method': 'CONNECT', ':protocol': 'websocket' }), END_HEADERS),
  ],
  ['TRACE', request(fieldsOf({ ':method': 'TRACE' }))],
  ['another scheme', request(fieldsOf({ ':scheme': 'http' }))],
  ['another host beside the authority', request(fieldsOf({ host: 'other.example' }))],
  ['no host at all', request(fieldsOf({ ':authority': undefined }))],
  ['userinfo in the authority', request(fieldsOf({ ':authority': 'root@api.example.com' }))],
  ['Connection', request(fieldsOf({ connection: 'x-auth-subject' }))],
  ['Transfer-Encoding', request(fieldsOf({ 'transfer-encoding': 'chunked' }))],
  ['Upgrade', request(fieldsOf({ upgrade: 'h2c' }))],
  ['TE other than trailers', request(fieldsOf({ te: 'gzip' }))],
  ['another expectation', request(fieldsOf({ expect: 'all' }))],
  ['two lengths', withLength('1', '2')],
  ['an invalid length', withLength('+1')],
  ['a length and no body', request(fieldsOf({ 'content-length': '5' }))],
  [
    '300 fields',
    request(fieldsOf(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x${i}`, '1'])))),
  ],
]

/** Connections that are not worth going on with, or streams that are reset one by one. */
const FLOODS: readonly (readonly [name: string, frames: () => readonly Buffer[]])[] = [
  [
    'a head of a megabyte in parts',
    () => [
      frame('HEADERS', END_STREAM, 1, fieldsOf()),
      ...Array.from({ length: 80 }, (_, i) =>
        frame('CONTINUATION', 0, 1, literal(`x${i}`, 'a'.repeat(16_000))),
      ),
    ],
  ],
  [
    'a small head that unpacks to 48 megabytes',
    () => {
      const stored = Buffer.concat([
        Buffer.from([0x40]),
        lengthAndText('x'),
        lengthAndText('a'.repeat(3_900)),
      ])
      return [request(Buffer.concat([fieldsOf(), stored, Buffer.alloc(12_000, 0xbe)]))]
    },
  ],
  [
    'requests that are reset at once',
    () =>
      Array.from({ length: 20_000 }, (_, i) =>
        Buffer.concat([
          frame('HEADERS', WHOLE, 1 + 2 * i, fieldsOf()),
          frame('RST', 0, 1 + 2 * i, Buffer.from([0, 0, 0, 8])),
        ]),
      ),
  ],
  ['pings', () => Array.from({ length: 50_000 }, () => frame('PING', 0, 0, Buffer.alloc(8)))],
  ['settings', () => Array.from({ length: 50_000 }, () => frame('SETTINGS', 0, 0, Buffer.alloc(0)))],
  [
    '500 requests at once',
    () => Array.from({ length: 500 }, (_, i) => frame('HEADERS', END_HEADERS, 1 + 2 * i, fieldsOf())),
  ],
]

liveSuite('an HTTP/2 client', ['openssl'], () => {
  for (const [name, ...frames] of NEVER_FORWARDED) {
    it(`is not forwarded with ${name}`, async () => {
      const app = await startRawUpstream(cleanup)
      const gateway = await runHttp2Gateway([app.url], cleanup)
      const client = await openFrames(gateway.port, cleanup)
      client.send(...frames)
      await waitFor('a refusal', () => (client.isClosed() || client.frames().length > 0 ? true : undefined))
      expect(app.connections).toHaveLength(0)
    })
  }

  for (const [name, body] of [
    ['shorter', 'abc'],
    ['longer', 'abcdefg'],
  ] as const) {
    it(`is cut off with a body that is ${name} than announced, at the server too`, async () => {
      const app = await startRawUpstream(cleanup)
      const gateway = await runHttp2Gateway([app.url], cleanup)
      const client = await openFrames(gateway.port, cleanup)
      client.send(withLength('5'), frame('DATA', END_STREAM, 1, Buffer.from(body)))
      await waitFor('a refusal', () => client.frames().find((found) => found.startsWith('RST 1')))
      expect(app.received).toHaveLength(0)
    })
  }

  it('has a body that goes on behind empty frames', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runHttp2Gateway([app.url], cleanup)
    const client = await openFrames(gateway.port, cleanup)
    client.send(request(fieldsOf({ ':method': 'POST' }), END_HEADERS))
    for (const part of ['', 'abc', '', 'def', '']) {
      client.send(frame('DATA', 0, 1, Buffer.from(part)))
      await waitFor('the part', () => (app.bytes().includes(part) ? true : undefined))
    }
    client.send(frame('DATA', END_STREAM, 1, Buffer.alloc(0)))
    await waitFor('an answer', () => client.frames().find((found) => found === 'HEADERS 1'))
    expect(app.received.map(({ method, body }) => [method, body])).toEqual([['POST', 'abcdef']])
  })

  it('is not heard with a field that has white space around its value', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runHttp2Gateway([app.url], cleanup)
    const client = await openFrames(gateway.port, cleanup)
    client.send(request(fieldsOf({ x: ' a\t' })))
    await waitFor('an answer', () => client.frames().find((found) => found === 'HEADERS 1'))
    expect(app.bytes().toLowerCase()).not.toContain('\r\nx:')
  })

  // Else the next request, of anybody, would be taken for the rest of this body (CL.0 desync).
  for (const [name, leave] of [
    ['a reset without an error', (client) => client.send(frame('RST', 0, 1, Buffer.alloc(4)))],
    ['a reset', (client) => client.send(frame('RST', 0, 1, Buffer.from([0, 0, 0, 8])))],
    ['the end of its connection', (client) => client.close()],
  ] as const satisfies readonly (readonly [string, (client: FrameClient) => void])[]) {
    for (const length of ['10', undefined]) {
      const framing = length === undefined ? 'in chunks' : 'of a known length'
      it(`that leaves a body ${framing} unfinished with ${name} after the answer leaves nothing behind`, async () => {
        const app = await startRawUpstream(cleanup)
        const gateway = await runHttp2Gateway([app.url], cleanup)
        const client = await openFrames(gateway.port, cleanup)
        const fields = { ':method': 'POST', 'content-length': length }
        client.send(request(fieldsOf(fields), END_HEADERS), frame('DATA', 0, 1, Buffer.from('abc')))
        await waitFor('the part', () => (app.bytes().includes('abc') ? true : undefined))
        app.connections[0]?.write(OK)
        await waitFor('the answer', () => client.frames().find((found) => found === 'DATA 1 end'))
        leave(client)
        await waitFor('the line', () => gateway.lines[0])
        expect((await askHttp2(await gateway.session(), { ':path': '/public/' })).status).toBe(200)
        expect(app.received.map(({ method, body }) => [method, body])).toEqual([['GET', '']])
        expect(app.connections).toHaveLength(2)
      })
    }
  }

  it('may send trailers, which go no further', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runHttp2Gateway([app.url], cleanup)
    const client = await openFrames(gateway.port, cleanup)
    client.send(
      frame('HEADERS', END_HEADERS, 1, fieldsOf({ ':method': 'POST' })),
      frame('DATA', 0, 1, Buffer.from('abc')),
      frame('HEADERS', WHOLE, 1, literal('x-auth-subject', 'root')),
    )
    await waitFor('an answer', () => client.frames().find((found) => found === 'HEADERS 1'))
    expect(app.received[0]?.body).toBe('abc')
    expect(app.bytes()).not.toContain('root')
  })

  for (const [name, frames] of FLOODS) {
    it(`that floods with ${name} does not keep others from being served`, async () => {
      const app = await startRawUpstream(cleanup)
      const gateway = await runHttp2Gateway([app.url], cleanup)
      const client = await openFrames(gateway.port, cleanup)
      client.send(...frames())
      await waitFor('an end', () =>
        client.isClosed() || client.frames().some((found) => /^(?:RST|GOAWAY)/.test(found))
          ? true
          : undefined,
      )
      const answer = await askHttp2(await gateway.session(), { ':path': '/public/' })
      expect(answer.status).toBe(200)
    })
  }
})
