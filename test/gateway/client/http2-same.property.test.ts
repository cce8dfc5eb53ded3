import { afterEach, expect, it } from 'bun:test'
import fc from 'fast-check'
import { once } from 'node:events'
import type { ClientHttp2Session } from 'node:http2'
import { connect, type TLSSocket } from 'node:tls'
import { askHttp2, runHttp2Gateway } from '../../support/http2-client.ts'
import { END_HEADERS, END_STREAM, fieldsOf, frame, literal, openFrames } from '../../support/http2-frames.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { takeMessage, valuesOf } from '../../support/live/http-message.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { mint } from '../../support/mint.ts'
import { startRawUpstream, type UpstreamRequest } from '../../support/run-gateway.ts'
import type { LogLine } from '../../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

interface Question {
  readonly method: string
  readonly target: string
  readonly host: string
  /** Lower case, each name once. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly cookies: readonly string[]
  /** Undefined: none. `isAnnounced`: with its length. */
  readonly body: { readonly text: string; readonly isAnnounced: boolean } | undefined
}

const TOKEN = mint({ scope: 'orders:read' })
const OTHER = mint({ scope: 'other' })
const mostly = <T>(usual: T, others: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, others)
const segment = mostly(
  'a',
  fc.constantFrom(
    'a',
    'B',
    '.',
    '..',
    '',
    '%20',
    '%2f',
    '%2e%2e',
    '%',
    '~x',
    'a;b',
    'a+b',
    "'",
    '*',
    '%C3%A9',
  ),
)
const path = fc
  .tuple(
    fc.constantFrom(
      '/public',
      '/public',
      '/orders',
      '/orders',
      '/closed',
      '/PUBLIC',
      '/orders/../public',
      '/none',
      '',
    ),
    fc.array(segment, { maxLength: 3 }),
  )
  .map(([start, segments]) => [start, ...segments].join('/') || '/')
const query = fc.constantFrom('', '', '?', '?a=b', '?access_token=x&b', '?a=%zz', '?a?b', '?%00', '?"{|}')
const value = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'a b',
    'a, b',
    '"q"',
    '100-continue',
    'trailers',
    'close',
    'root',
    'é',
    'ÿ\xa0x',
    'a\tb',
  ),
  fc.string({
    maxLength: 12,
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  }),
)
const name = fc.constantFrom(
  ...'x-a x_auth_subject x-auth-subject x.auth.roles x-forwarded-for x_forwarded_proto forwarded x-real-ip'.split(
    ' ',
  ),
  ...'x-decision-id x-original-url accept range proxy proxy-authorization sec-websocket-key x!#$&*^|~ trailer'.split(
    ' ',
  ),
)
const authorization = fc.constantFrom(
  undefined,
  `Bearer ${TOKEN}`,
  `Bearer ${TOKEN}`,
  `Bearer ${OTHER}`,
  'Basic YTpi',
  'Bearer x',
)
const question: fc.Arbitrary<Question> = fc
  .record({
    method: mostly('GET', fc.constantFrom('POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'M-SEARCH', 'TRACE')),
    target: fc.tuple(path, query).map((parts) => parts.join('')),
    host: mostly(
      'api.example.com',
      fc.constantFrom('API.example.com:8443', '[::1]:1', 'a_b', 'a..b', '127.0.0.1'),
    ),
    others: fc.uniqueArray(fc.tuple(name, value), { maxLength: 4, selector: ([one]) => one }),
    authorization,
    expect: mostly<string | undefined>(undefined, fc.constantFrom(undefined, 'something')),
    te: fc.constantFrom(undefined, 'trailers'),
    cookies: fc.array(fc.constantFrom('a=1', 'b=2', `session=${TOKEN}`, 'c="x y"', 'd'), { maxLength: 3 }),
    body: fc.option(
      fc.record({ text: fc.constantFrom('', 'abc', 'x'.repeat(20_000)), isAnnounced: fc.boolean() }),
      { nil: undefined },
    ),
  })
  .map(({ others, authorization: token, expect: expectation, te, ...rest }) => {
    const more = Object.entries({ authorization: token, expect: expectation, te })
    return {
      ...rest,
      fields: [...others, ...more.filter((entry): entry is [string, string] => entry[1] !== undefined)],
    }
  })

/** The outcome, without what may differ: ids, and the current connection. */
interface Outcome {
  readonly status: number
  readonly reason: string | undefined
  readonly forwarded: object | undefined
}

const describeForwarded = (request: UpstreamRequest | undefined): object | undefined =>
  request && {
    startLine: request.startLine,
    fields: request.headers
      .map(([field, text]) =>
        [field.toLowerCase(), field.toLowerCase() === 'x-decision-id' ? '' : text].join(': '),
      )
      .toSorted(),
    body: request.body,
  }

const framed = ({ body }: Question): readonly (readonly [string, string])[] =>
  body?.isAnnounced === true ? [['content-length', String(body.text.length)]] : []

async function askBoth(
  asked: Question,
  session: ClientHttp2Session,
  open: () => Promise<TLSSocket>,
  received: UpstreamRequest[],
): Promise<readonly [Outcome, Outcome]> {
  received.length = 0
  const socket = await open()
  const first = await askHttp1(asked, socket)
  const one = { ...first, forwarded: describeForwarded(received[0]) }
  received.length = 0
  const { host, method, target, cookies, fields, body } = asked
  const answer = await askHttp2(
    session,
    {
      ...Object.fromEntries([...fields, ...framed(asked)]),
      ':authority': host,
      ':method': method,
      ':path': target,
      ...(cookies.length > 0 ? { cookie: cookies } : {}),
    },
    body?.text,
  )
  const reason = answer.headers['x-decision-reason']
  const two = {
    status: answer.status,
    reason: typeof reason === 'string' ? reason : undefined,
    forwarded: describeForwarded(received[0]),
  }
  return [one, two]
}

async function askHttp1(asked: Question, socket: TLSSocket): Promise<Pick<Outcome, 'status' | 'reason'>> {
  const { host, method, target, cookies, fields, body } = asked
  const chunked = body !== undefined && !body.isAnnounced
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${host}`,
    ...[...fields, ...framed(asked)].map(([field, text]) => `${field}: ${text}`),
    ...(cookies.length > 0 ? [`cookie: ${cookies.join('; ')}`] : []),
    'Connection: close',
    ...(chunked ? ['Transfer-Encoding: chunked'] : []),
  ]
  const text = body?.text ?? ''
  const size = text === '' ? '' : `${text.length.toString(16)}\r\n${text}\r\n`
  let bytes: Buffer = Buffer.alloc(0)
  let isClosed = false
  socket.on('data', (chunk: Buffer) => (bytes = Buffer.concat([bytes, chunk])))
  socket.on('close', () => (isClosed = true))
  socket.write(`${lines.join('\r\n')}\r\n\r\n${chunked ? `${size}0\r\n\r\n` : text}`, 'latin1')
  await waitFor('the answer', () => (isClosed ? true : undefined))
  const message = takeMessage(bytes, method !== 'HEAD', true)?.message
  if (message === undefined) throw new Error('no whole answer')
  return {
    status: Number(message.startLine.split(' ')[1]),
    reason: valuesOf(message, 'x-decision-reason')[0],
  }
}

liveSuite('a request over HTTP/1.1 and HTTP/2', ['openssl'], () => {
  it('is judged alike, and reaches the server alike', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runHttp2Gateway([app.url], cleanup, {
      sources: '[{ header: Authorization }, { cookie: session }, { query: access_token }]',
    })
    const session = await gateway.session()
    const open = (): Promise<TLSSocket> =>
      new Promise((resolve, reject) => {
        const options = { host: '127.0.0.1', port: gateway.port, rejectUnauthorized: false }
        const socket = connect({ ...options, ALPNProtocols: ['http/1.1'] }, () => resolve(socket))
        cleanup.add(() => void socket.destroy())
        socket.on('error', reject)
      })
    const counts = { forwarded: 0, denied: 0 }
    const check = async (asked: Question): Promise<void> => {
      const [one, two] = await askBoth(asked, session, open, app.received)
      counts[one.forwarded === undefined ? 'denied' : 'forwarded'] += 1
      expect(two).toEqual(one)
    }
    await fc.assert(fc.asyncProperty(question, check), { numRuns: 300 })
    // Else this proves nothing.
    expect(Math.min(counts.forwarded, counts.denied)).toBeGreaterThan(50)
  }, 60_000)

  /** Fields that come more than once, which the client of the property does not send. */
  const REPEATED: readonly (readonly [name: string, values: readonly string[]])[] = [
    ['authorization', [`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]],
    ['authorization', [`Bearer ${TOKEN}`, 'Basic YTpi']],
    ['x-a', ['1', '2']],
    ['x-forwarded-for', ['1.1.1.1', '2.2.2.2']],
    ['cookie', ['a=1; b=2', 'c=3']],
    ['expect', ['100-continue', '100-continue']],
    ['range', ['bytes=0-1', 'bytes=2-3']],
  ]
  for (const [repeated, values] of REPEATED) {
    it(`is judged alike with ${repeated} more than once: ${values.map((one) => one.slice(0, 8)).join(', ')}`, async () => {
      const app = await startRawUpstream(cleanup)
      const gateway = await runHttp2Gateway([app.url], cleanup)
      const path = repeated === 'authorization' ? '/orders/' : '/public/'
      const lines = values.map((one) => `${repeated}: ${one}\r\n`).join('')
      const text = `GET ${path} HTTP/1.1\r\nHost: api.example.com\r\n${lines}Connection: close\r\n\r\n`
      const options = { host: '127.0.0.1', port: gateway.port, rejectUnauthorized: false }
      const socket = connect({ ...options, ALPNProtocols: ['http/1.1'] }, () => void socket.write(text))
      socket.resume()
      await once(socket, 'close')
      const client = await openFrames(gateway.port, cleanup)
      const fields = [fieldsOf({ ':path': path }), ...values.map((one) => literal(repeated, one))]
      client.send(frame('HEADERS', END_HEADERS | END_STREAM, 1, Buffer.concat(fields)))
      const [one, two] = await waitFor('two lines', () =>
        gateway.lines.length > 1 ? gateway.lines : undefined,
      )
      const essence = (line: LogLine | undefined) => [line?.status, line?.reason, line?.fault, line?.route]
      expect(essence(two)).toEqual(essence(one))
      const fieldsAt = (at: number) => app.received[at] && app.received[at]?.values(repeated).join('; ')
      expect(fieldsAt(1)).toEqual(fieldsAt(0))
    })
  }
})
