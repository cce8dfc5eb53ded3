import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createBodyReader } from '../../../src/http/messages/body-reader.ts'
import { HeadCollector } from '../../../src/http/messages/head-collector.ts'
import { parseRequestHead } from '../../../src/http/messages/request-head.ts'
import { parseResponseHead } from '../../../src/http/messages/response-head.ts'

/** The bytes, cut at these places. */
function pieces(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
  return [...places, bytes.length].map((end, i) => bytes.subarray(places[i - 1] ?? 0, end))
}
const singles = (bytes: Buffer): readonly Buffer[] => [...bytes].map((byte) => Buffer.of(byte))
const cuts = fc.array(fc.nat(), { maxLength: 6 })
/** Pieces that matter to a parser, in any order. */
const wordsOf = (words: readonly string[]): fc.Arbitrary<Buffer> =>
  fc
    .array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary-ascii', maxLength: 3 })), {
      maxLength: 30,
    })
    .map((parts) => Buffer.from(parts.join(''), 'latin1'))

function readBody(parts: readonly Buffer[]): string {
  const body = createBodyReader({ kind: 'chunked' })
  let content = ''
  let rest = ''
  for (const part of parts) {
    const taken = body.read(part, (bytes) => (content += bytes.toString('latin1')))
    if (taken < 0) return 'refused'
    rest += part.toString('latin1', taken)
  }
  return JSON.stringify([body.isDone, content, rest])
}

describe('a chunked body', () => {
  const words = [
    '0',
    '3',
    'a',
    'F',
    '\r\n',
    '\r',
    '\n',
    ';',
    ' ',
    'abc',
    '0\r\n',
    '3\r\nabc\r\n',
    '\r\n\r\n',
    'X: y\r\n',
  ]
  it('reads the same wherever its bytes are cut', () => {
    const check = (bytes: Buffer, at: readonly number[]): void => {
      const whole = readBody([bytes])
      expect(readBody(pieces(bytes, at))).toBe(whole)
      expect(readBody(singles(bytes))).toBe(whole)
    }
    fc.assert(fc.property(wordsOf(words), cuts, check), { numRuns: 3_000 })
  })

  it('may have trailers up to one size, however they arrive', () => {
    for (const length of [8_180, 8_185, 8_190, 8_195, 8_200]) {
      const bytes = Buffer.from(`0\r\nX: ${'a'.repeat(length - 7)}\r\n\r\n`)
      expect(readBody(singles(bytes))).toBe(readBody([bytes]))
    }
  })
})

describe('a head', () => {
  const collect = (parts: readonly Buffer[], maxBytes: number): string => {
    const head = new HeadCollector(maxBytes)
    for (const part of parts) {
      const step = head.add(part)
      if (step.kind !== 'more') return step.kind === 'head' ? step.text : step.kind
    }
    return 'more'
  }
  it('is found, or is too large, wherever its bytes are cut', () => {
    const check = (bytes: Buffer, at: readonly number[], maxBytes: number): void => {
      const whole = collect([bytes], maxBytes)
      expect(collect(pieces(bytes, at), maxBytes)).toBe(whole)
      expect(collect(singles(bytes), maxBytes)).toBe(whole)
    }
    const bytes = wordsOf(['\r\n', '\r\n\r\n', '\r', '\n', 'a', 'ab'])
    fc.assert(fc.property(bytes, cuts, fc.integer({ min: 1, max: 40 }), check), { numRuns: 3_000 })
  })

  it('is parsed without an exception, whatever it is', () => {
    const words = [
      'GET / HTTP/1.1\r\n',
      'HTTP/1.1 200 OK\r\n',
      'Host: a\r\n',
      'Content-Length: 1\r\n',
      ':',
      ' ',
      '\r\n',
    ]
    const check = (bytes: Buffer): void => {
      const text = bytes.toString('latin1')
      expect(parseRequestHead(text)).toHaveProperty('ok')
      expect(parseResponseHead(text, 'GET')).toHaveProperty('ok')
    }
    fc.assert(fc.property(wordsOf(words), check), { numRuns: 3_000 })
  })
})
