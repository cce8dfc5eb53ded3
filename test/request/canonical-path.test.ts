import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { MAX_PATH_LENGTH, canonicalizePath } from '../../src/request/canonical-path.ts'

describe('canonicalizePath', () => {
  const accepted = [
    ['/', '/'],
    ['/a/b', '/a/b'],
    ['/a/b/', '/a/b/'],
    ['/%61', '/a'],
    ['/a%20b', '/a b'],
    ['/caf%C3%A9', '/café'],
    ['/100%25', '/100%'],
    ['/100%25x', '/100%x'],
    ['/a+b', '/a+b'],
    ["/-_~!$&'()*+,=:@.", "/-_~!$&'()*+,=:@."],
    ['/...', '/...'],
    ['/.a/..b/c.', '/.a/..b/c.'],
    ['/|"<>^`{}[]', '/|"<>^`{}[]'],
    [`/${'a'.repeat(MAX_PATH_LENGTH - 1)}`, `/${'a'.repeat(MAX_PATH_LENGTH - 1)}`],
  ] as const
  for (const [raw, path] of accepted) {
    it(`reads ${raw.slice(0, 30)} as ${path.slice(0, 30)}`, () =>
      expect(canonicalizePath(raw)).toEqual({ ok: true, value: path }))
  }

  const refused = [
    ['', 'not_absolute'],
    ['a', 'not_absolute'],
    ['*', 'not_absolute'],
    ['http://a/', 'not_absolute'],
    [`/${'a'.repeat(MAX_PATH_LENGTH)}`, 'too_long'],
    ['//', 'double_slash'],
    ['/a//b', 'double_slash'],
    ['/.', 'dot_segment'],
    ['/..', 'dot_segment'],
    ['/a/../b', 'dot_segment'],
    ['/a/./b', 'dot_segment'],
    ['/a/%2e%2E/b', 'dot_segment'],
    ['/a/.%2e', 'dot_segment'],
    ['/a\\b', 'backslash'],
    ['/a;b', 'semicolon'],
    ['/a?b', 'query'],
    ['/a#b', 'fragment'],
    ['/a b', 'control_or_space'],
    ['/a\u0000', 'control_or_space'],
    ['/a%01', 'control_or_space'],
    ['/a%7F', 'control_or_space'],
    ['/é', 'non_ascii'],
    ['/%', 'bad_escape'],
    ['/%2', 'bad_escape'],
    ['/%g0', 'bad_escape'],
    ['/%2F', 'encoded_separator'],
    ['/%2f', 'encoded_separator'],
    ['/%5c', 'encoded_separator'],
    ['/%3B', 'encoded_separator'],
    ['/%3f', 'encoded_separator'],
    ['/%23', 'encoded_separator'],
    ['/%00', 'encoded_separator'],
    ['/%252e', 'double_encoded'],
    ['/%25%32%65', 'double_encoded'],
    ['/%ff', 'invalid_utf8'],
    ['/%c0%af', 'invalid_utf8'],
    ['/%ed%a0%80', 'invalid_utf8'],
  ] as const
  for (const [raw, ambiguity] of refused) {
    it(`refuses ${JSON.stringify(raw.slice(0, 30))}: ${ambiguity}`, () =>
      expect(canonicalizePath(raw)).toEqual({ ok: false, error: ambiguity }))
  }
})

// Paths made of what paths are attacked with, so that a random one is often nearly right.
const piece = fc.constantFrom(
  '/',
  'a',
  'B',
  '.',
  '..',
  '%2e',
  '%2F',
  '%25',
  '2e',
  '%',
  '%41',
  '%c3%a9',
  '\\',
  ';',
  '#',
  '?',
  ' ',
  '\u0000',
  'é',
  '%00',
  '%ff',
  '*',
  '~',
)
const hostile = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`)
const anything = fc.oneof(hostile, hostile, fc.string({ unit: 'binary', maxLength: 60 }))

describe('canonicalizePath, for every text', () => {
  it('answers, and never throws', () =>
    fc.assert(
      fc.property(anything, (raw) => typeof canonicalizePath(raw).ok === 'boolean'),
      { numRuns: 3000 },
    ))

  it('gives a path without empty segments but the last, and without dot segments', () =>
    fc.assert(
      fc.property(hostile, (raw) => {
        const path = canonicalizePath(raw)
        if (!path.ok) return
        const [first, ...segments] = path.value.split('/')
        expect(first).toBe('')
        expect(segments.length).toBeGreaterThan(0)
        expect(segments.slice(0, -1)).not.toContain('')
        expect(segments).not.toContain('.')
        expect(segments).not.toContain('..')
        expect(path.value).not.toMatch(/[\\;#\u0000-\u001f\u007f]/)
      }),
      { numRuns: 5000 },
    ))

  it('gives a path that another decoding leaves as it is, or cannot read', () =>
    fc.assert(
      fc.property(hostile, (raw) => {
        const path = canonicalizePath(raw)
        if (!path.ok) return
        let again = path.value
        try {
          again = decodeURIComponent(path.value)
        } catch {
          // A lone `%`: no second reading.
        }
        expect(again).toBe(path.value)
      }),
      { numRuns: 5000 },
    ))

  it('reads a path and its percent-encoded twin alike', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.string({
            unit: fc.constantFrom('a', 'Z', '0', '-', 'é', ' ', '😀', '+'),
            minLength: 1,
            maxLength: 5,
          }),
          { minLength: 1, maxLength: 4 },
        ),
        (segments) => {
          const every = segments.map((segment) =>
            [...Buffer.from(segment)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
          )
          const value = `/${segments.join('/')}`
          expect(canonicalizePath(`/${segments.map(encodeURIComponent).join('/')}`)).toEqual({
            ok: true,
            value,
          })
          expect(canonicalizePath(`/${every.join('/')}`)).toEqual({ ok: true, value })
        },
      ),
    ))
})
