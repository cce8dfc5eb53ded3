/** Whatever the framing, and wherever the network cuts: the body that was sent is the body that is read. */
import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { Http1Stream } from '../../../src/http/connections/http1-stream.ts'
import { AnswerRelay } from '../../../src/gateway/exchange/answer-relay.ts'
import { Http1Link } from '../../../src/gateway/upstream/http1-link.ts'
import { NO_LINK_EVENTS } from '../../../src/gateway/upstream/link.ts'
import type { ForwardingInput } from '../../../src/gateway/exchange/exchange-context.ts'
import { createBodyReader } from '../../../src/http/messages/body-reader.ts'
import { BodyWriter } from '../../../src/http/messages/body-writer.ts'
import { UNCHARGED } from '../../../src/http/held-account.ts'
import { parseRequestHead, type RequestHead } from '../../../src/http/messages/request-head.ts'
import type { Wire } from '../../../src/http/sockets/wire.ts'
import { createFakeWire } from '../../support/fake-wire.ts'
import { readAnswersByLlhttp, readRequestsByLlhttp } from '../../support/llhttp.ts'

const headOf = (text: string): RequestHead => {
  const parsed = parseRequestHead(text)
  if (!parsed.ok) throw new Error(parsed.error.detail)
  return parsed.value
}

/** Bytes cut at these places, of which the same may come twice: a read may hand over nothing. */
const cut = (text: string, places: readonly number[]): readonly Buffer[] => {
  const ends = [...places.map((place) => place % (text.length + 1)), text.length].toSorted((a, b) => a - b)
  return ends.map((end, i) => Buffer.from(text.slice(i === 0 ? 0 : ends[i - 1], end), 'latin1'))
}

const inChunks = (parts: readonly string[], extension: string, trailers: string): string => {
  const chunks = parts.map((part) => `${part.length.toString(16)}${extension}\r\n${part}\r\n`)
  return `${chunks.join('')}0${extension}\r\n${trailers}\r\n`
}

interface Answer {
  readonly method: 'GET' | 'HEAD'
  readonly bytes: string
  /** What the client has to read. */
  readonly body: string
  readonly endsWithConnection: boolean
}

const HEAD = 'HTTP/1.1 200 OK\r\n'
const part = fc.constantFrom('a', 'hello', '0\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n', '\r\n', 'x'.repeat(300))
const parts = fc.array(part, { maxLength: 3 })
const answer: fc.Arbitrary<Answer> = fc.oneof(
  parts.map((all): Answer => {
    const body = all.join('')
    const bytes = `${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`
    return { method: 'GET', bytes, body, endsWithConnection: false }
  }),
  fc
    .tuple(parts, fc.constantFrom('', ';a=b', ' ; a="b"'), fc.constantFrom('', 'X-Sum: 7\r\n'))
    .map(([all, extension, trailers]): Answer => {
      const bytes = `${HEAD}Transfer-Encoding: chunked\r\n\r\n${inChunks(all, extension, trailers)}`
      return { method: 'GET', bytes, body: all.join(''), endsWithConnection: false }
    }),
  fc
    .tuple(parts, fc.constantFrom(`${HEAD}Connection: close`, 'HTTP/1.0 200 OK'))
    .map(([all, head]): Answer => ({
      method: 'GET',
      bytes: `${head}\r\n\r\n${all.join('')}`,
      body: all.join(''),
      endsWithConnection: true,
    })),
  fc
    .constantFrom(
      'HTTP/1.1 204 No Content\r\n\r\n',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
      `HTTP/1.1 100 Continue\r\n\r\n${HEAD}Content-Length: 0\r\n\r\n`,
    )
    .map((bytes): Answer => ({ method: 'GET', bytes, body: '', endsWithConnection: false })),
  fc
    .constantFrom('Content-Length: 5', 'Transfer-Encoding: chunked', 'Connection: close')
    .map((field): Answer => ({
      method: 'HEAD',
      bytes: `${HEAD}${field}\r\n\r\n`,
      body: '',
      endsWithConnection: false,
    })),
)

/** As much of it as an answer depends on. */
const inputOf = (client: Http1Stream): ForwardingInput =>
  ({
    client,
    judgement: { decision: { id: 'id' } },
    destination: { upstream: { intercepts: () => false }, closesExpired: false, strip: undefined },
    corsHeaders: undefined,
    cookies: [],
  }) as unknown as ForwardingInput

/** Relays an answer to the client of a wire. */
function relay(wire: Wire, one: Answer, version: string, places: readonly number[]): void {
  const { method, bytes, endsWithConnection } = one
  let isOver = false
  const head = headOf(`${method} / ${version}\r\nHost: a`)
  const client = new Http1Stream(
    wire,
    head,
    Buffer.alloc(0),
    { held: UNCHARGED, isDraining: () => false },
    () => {},
  )
  const link = new Http1Link(createFakeWire(), false, 0)
  const answers = new AnswerRelay(inputOf(client), link, () => (isOver = true))
  link.events = {
    ...NO_LINK_EVENTS,
    onHead: (found) => answers.head(found),
    onContent: (content) => answers.content(content),
    onWhole: (trailers) => answers.whole(trailers),
    onArrivalEnd: () => answers.flush(),
    onBroken: () => (isOver = true),
  }
  const { authority, fields, framing, takesTrailers } = head
  link.send({ method, target: '/', authority, fields, framing, takesTrailers, isUpgrade: false })
  for (const piece of cut(bytes, places)) link.onData(piece)
  if (endsWithConnection) link.onEnd()
  expect(isOver).toBe(true)
  // Whatever is called on a stream whose answer is whole.
  client.content(Buffer.from('late'))
  client.endAnswer([])
  client.flush()
  client.answerWhole({ status: 502, fields: [], body: 'late' })
  client.release()
}

const places = fc.array(fc.nat({ max: 1_000 }), { maxLength: 8 })

describe('an answer of a server', () => {
  it('is the same to llhttp wherever it is cut, and the next answer is its own', () => {
    const check = (
      answers: readonly (readonly [Answer, readonly number[]])[],
      takesTrailers: boolean,
    ): void => {
      const version = `HTTP/1.1${takesTrailers ? '\r\nTE: trailers\r\nConnection: TE' : ''}`
      const wire = createFakeWire()
      for (const [one, at] of answers) relay(wire, one, version, at)
      const found = readAnswersByLlhttp(wire.text(), (place) => answers[place]?.[0].method === 'HEAD', false)
      expect(found.map((one) => (one instanceof Error ? one.message : one.body))).toEqual(
        answers.map(([{ body }]) => body),
      )
    }
    const several = fc.array(fc.tuple(answer, places), { minLength: 1, maxLength: 4 })
    fc.assert(fc.property(several, fc.boolean(), check), { numRuns: 3_000 })
  })

  it('ends with the connection for a client of HTTP/1.0, and only there', () => {
    const check = (one: Answer, at: readonly number[]): void => {
      const wire = createFakeWire()
      relay(wire, one, 'HTTP/1.0', at)
      const found = readAnswersByLlhttp(wire.text(), () => one.method === 'HEAD', true)
      expect(found).toEqual([expect.objectContaining({ body: one.body })])
    }
    fc.assert(fc.property(answer, places, check), { numRuns: 1_000 })
  })
})

describe('a body that goes on', () => {
  it('is the same to llhttp wherever it is cut', () => {
    const check = (all: readonly string[], isChunked: boolean, at: readonly number[]): void => {
      const body = all.join('')
      const field = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`
      const head = `POST / HTTP/1.1\r\nHost: a\r\n${field}`
      const { framing } = headOf(head)
      const wire = createFakeWire()
      const writer = new BodyWriter(wire, framing)
      const reader = createBodyReader(framing)
      writer.head(`${head}\r\n\r\n`)
      for (const piece of cut(isChunked ? inChunks(all, '', '') : body, at)) {
        reader.read(piece, (content) => writer.content(content))
        writer.flush()
      }
      writer.end()
      writer.content(Buffer.from('late'))
      writer.end()
      writer.flush()
      expect(reader.isDone).toBe(true)
      expect(readRequestsByLlhttp(wire.text())).toEqual([expect.objectContaining({ body })])
    }
    fc.assert(fc.property(parts, fc.boolean(), places, check), { numRuns: 2_000 })
  })

  for (const framing of [
    { kind: 'chunked' },
    { kind: 'until_close' },
    { kind: 'length', bytes: 2 },
  ] as const) {
    it(`is not ended by an empty part, and has nothing behind its end: ${framing.kind}`, () => {
      const wire = createFakeWire()
      const writer = new BodyWriter(wire, framing)
      for (const text of ['', 'a', '', 'b', '']) {
        writer.content(Buffer.from(text))
        writer.flush()
      }
      writer.end()
      writer.content(Buffer.from('late'))
      writer.end()
      writer.head('late')
      writer.flush()
      expect(wire.text()).toBe(framing.kind === 'chunked' ? '1\r\na\r\n1\r\nb\r\n0\r\n\r\n' : 'ab')
      expect(writer.contentBytes).toBe(2)
    })
  }

  it('is not longer than announced', () => {
    const wire = createFakeWire()
    const writer = new BodyWriter(wire, { kind: 'length', bytes: 3 })
    writer.content(Buffer.from('ab'))
    writer.content(Buffer.from('cdef'))
    writer.flush()
    expect(wire.text()).toBe('abc')
  })
})
