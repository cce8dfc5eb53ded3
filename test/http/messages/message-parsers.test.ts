import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createBodyReader } from '../../../src/http/messages/body-reader.ts'
import { HeadCollector } from '../../../src/http/messages/head-collector.ts'
import { parseRequestHead } from '../../../src/http/messages/request-head.ts'
import { parseResponseHead } from '../../../src/http/messages/response-head.ts'

/** Text cut into pieces at arbitrary places. */
const pieces = (text: string, cuts: readonly number[]): readonly Buffer[] => {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (text.length + 1)), text.length])].sort(
    (a, b) => a - b,
  )
  return places.slice(1).map((end, i) => Buffer.from(text.slice(places[i], end), 'latin1'))
}

const chunked = (parts: readonly string[]): string =>
  `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`

const latin1 = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  minLength: 1,
})
const cuts = fc.array(fc.nat(), { maxLength: 20 })

describe('a chunked body', () => {
  it('has the same content and the same end wherever the network cuts it', () => {
    fc.assert(
      fc.property(fc.array(latin1, { maxLength: 5 }), cuts, fc.string(), (parts, places, after) => {
        const body = chunked(parts)
        const reader = createBodyReader({ kind: 'chunked' })
        let content = ''
        let taken = 0
        for (const piece of pieces(body + after, places)) {
          if (reader.isDone) break
          const read = reader.read(piece, (part) => (content += part.toString('latin1')))
          expect(read).toBeGreaterThanOrEqual(0)
          taken += read
        }
        expect([content, taken, reader.isDone]).toEqual([parts.join(''), body.length, true])
      }),
    )
  })

  it('that is anything else never ends, or ends as one that was written by the rules', () => {
    fc.assert(
      fc.property(latin1, (bytes) => {
        const reader = createBodyReader({ kind: 'chunked' })
        const taken = reader.read(Buffer.from(bytes, 'latin1'), () => {})
        if (reader.isDone)
          expect(bytes.slice(0, taken)).toMatch(/(^|\r\n)0+[ \t]*(;[^\r\n]*)?\r\n([^\n]*\r\n)*\r\n$/)
      }),
    )
  })
})

describe('a head', () => {
  it('is the same wherever the network cuts it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\r', '\n', ':', ' ') }),
        latin1,
        cuts,
        (before, after, places) => {
          const text = before.replaceAll('\r\n\r\n', '')
          const collector = new HeadCollector(1_000)
          const all = `${text}\r\n\r\n${after}`
          const end = all.indexOf('\r\n\r\n')
          let rest = ''
          let head: string | undefined
          for (const piece of pieces(all, places)) {
            if (head !== undefined) {
              rest += piece.toString('latin1')
              continue
            }
            const step = collector.add(piece)
            if (step.kind !== 'head') continue
            head = step.text
            rest = step.rest.toString('latin1')
          }
          expect(head).toBe(all.slice(0, end))
          expect(rest).toBe(all.slice(end + 4))
        },
      ),
    )
  })

  it('is bounded, one byte at a time as well', () => {
    const collector = new HeadCollector(100)
    // A head of just 100 bytes may still end with the next four.
    const steps = Array.from({ length: 104 }, () => collector.add(Buffer.from('a')).kind)
    expect(steps.slice(0, 103).every((kind) => kind === 'more')).toBe(true)
    expect(steps[103]).toBe('too_large')
  })

  it('of a request is never accepted with what could split or fold it', () => {
    const soup = fc.string({
      unit: fc.constantFrom(
        'a',
        'Host',
        ':',
        ' ',
        '\t',
        '\r',
        '\n',
        '\r\n',
        '\0',
        'Content-Length',
        'Transfer-Encoding',
        'chunked',
        '0',
        ',',
      ),
    })
    fc.assert(
      fc.property(soup, (fields) => {
        const parsed = parseRequestHead(`GET / HTTP/1.1\r\nHost: a\r\n${fields}`)
        if (!parsed.ok) return
        for (const { name, value } of parsed.value.fields) expect(name + value).not.toMatch(/[\r\n\0]/)
        const framing = parsed.value.fields.filter(({ lower }) =>
          /^(content-length|transfer-encoding)$/.test(lower),
        )
        expect(framing.length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 1_000 },
    )
  })

  const FRAMINGS = ['Content-Length: 1', 'content-length: 1', 'Transfer-Encoding: chunked']
  const lines = fc.array(fc.constantFrom(...FRAMINGS, 'A: b'))
  const framingsOf = (fields: readonly string[]): number =>
    fields.filter((line) => FRAMINGS.includes(line)).length

  it('of a request never has two framings', () => {
    fc.assert(
      fc.property(lines, fc.constantFrom('GET', 'POST'), (fields, method) => {
        const parsed = parseRequestHead([`${method} / HTTP/1.1`, 'Host: a', ...fields].join('\r\n'))
        expect(parsed.ok).toBe(framingsOf(fields) <= 1)
      }),
    )
  })

  for (const fields of [FRAMINGS.slice(1), FRAMINGS.slice(1).toReversed()])
    it(`of a request with ${fields.join(' and ')} is 400 (RFC 9112 §6.3, request smuggling)`, () => {
      const parsed = parseRequestHead(['POST / HTTP/1.1', 'Host: a', ...fields].join('\r\n'))
      expect(parsed.ok ? parsed.value.framing : parsed.error.status).toBe(400)
    })

  it('of a request is read the same, whatever was read before it', () => {
    const one = fc
      .tuple(
        fc.constantFrom('GET', 'POST', 'get', 'TRACE'),
        fc.constantFrom('/', '/a', '/a?b', '/a b', 'a'),
        fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2'),
        fc.subarray(['Host: a', 'HOST: a', 'Host:', 'Host: b', 'Host: /a', 'A: b', 'Content-Length: 1']),
      )
      .map(([method, target, version, fields]) => [`${method} ${target} ${version}`, ...fields].join('\r\n'))
    const read = (text: string): unknown => {
      const parsed = parseRequestHead(text)
      if (!parsed.ok) return parsed.error
      const { method, path, query, host, authority, framing, isHttp10, wantsClose, fields } = parsed.value
      return { method, path, query, host, authority, framing, isHttp10, wantsClose, fields }
    }
    fc.assert(
      fc.property(one, one, (before, text) => {
        read(before)
        const after = read(text)
        read('PUT /other HTTP/1.1\r\nHost: other')
        expect(read(text)).toEqual(after)
      }),
      { numRuns: 5_000 },
    )
  })

  it('of an answer is read the same, whatever was read before it', () => {
    const version = fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2', 'http/1.1', 'HTTP/1.1 ')
    const status = fc.constantFrom('200', '204', '304', '404', '099', '600', '20', '2000')
    const phrase = fc.constantFrom('', ' ', ' OK', ' OK ', '\tOK', ' \xe9', 'OK')
    const one = fc.tuple(version, status, phrase).map(([v, s, p]) => `${v} ${s}${p}\r\nContent-Length: 0`)
    const read = (text: string): unknown => parseResponseHead(text, 'GET')
    fc.assert(
      fc.property(one, one, (before, text) => {
        read(before)
        const after = read(text)
        read('HTTP/1.1 500 Other')
        expect(read(text)).toEqual(after)
      }),
      { numRuns: 2_000 },
    )
  })

  it('of an answer never has two framings', () => {
    fc.assert(
      fc.property(lines, fc.constantFrom('GET', 'HEAD'), (fields, method) => {
        const parsed = parseResponseHead(['HTTP/1.1 200 OK', ...fields].join('\r\n'), method)
        expect(parsed.ok).toBe(framingsOf(fields) <= 1)
      }),
    )
  })
})
