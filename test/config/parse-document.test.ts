import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'bun:test'
import * as fc from 'fast-check'
import { parseDocument } from '../../src/config/parse-document.ts'
import type { SourceDocument } from '../../src/config/source-document.ts'

const parse = (text: string) => parseDocument(new TextEncoder().encode(text), 'warder.yaml')

function parseGood(text: string): SourceDocument {
  const parsed = parse(text)
  if (!parsed.ok) throw new Error(parsed.error.diagnostics.map(({ message }) => message).join('; '))
  return parsed.value
}

const codesOf = (text: string): readonly string[] => {
  const parsed = parse(text)
  return parsed.ok ? [] : parsed.error.diagnostics.map(({ code }) => code)
}

const TEXT = `a: 1
b:
  - c: x
    d: [ y, "z" ]
  - { e: é, f: g }
h: &h { i: j }
k: *h
l:
"m/n": o
`

describe('the position of a value', () => {
  const CASES: readonly (readonly [pointer: string, value: string, key: string])[] = [
    ['/a', '1:4+1', '1:1+1'],
    ['/b/0/c', '3:8+1', '3:5+1'],
    ['/b/0/d/1', '4:13+3', '4:13+3'],
    ['/b/1', '5:5+14', '5:5+14'],
    ['/b/1/f', '5:16+1', '5:13+1'],
    ['/k/i', '6:12+1', '6:9+1'],
    ['/l', '8:1+1', '8:1+1'],
    ['/m~1n', '9:8+1', '9:1+5'],
    ['', '1:1+4', '1:1+4'],
  ]
  for (const [pointer, value, key] of CASES) {
    it(`is ${value} for \`${pointer}\`, and that of its key ${key}`, () => {
      const document = parseGood(TEXT)
      const show = ({ line, column, length }: ReturnType<SourceDocument['positionOf']>) =>
        `${line}:${column}+${length}`
      expect(show(document.positionOf(pointer))).toBe(value)
      expect(show(document.keyPositionOf(pointer))).toBe(key)
    })
  }

  it('is that of the nearest ancestor for what is not there', () => {
    const document = parseGood(TEXT)
    expect(document.positionOf('/h/nothing')).toMatchObject({ line: 6, column: 1 })
    expect(document.positionOf('/b/0/nothing/below')).toMatchObject({ line: 3, column: 5 })
    expect(document.positionOf('/a/0')).toMatchObject({ line: 1, column: 4 })
    expect(document.positionOf('/b/1/nothing')).toMatchObject({ line: 5, column: 5, length: 1 })
    expect(document.positionOf('/nothing')).toMatchObject({ line: 1, column: 1 })
  })

  it('counts lines that end in CR LF, and leaves a byte order mark out', () => {
    const document = parseGood('\ufeffa: 1\r\nb: 2\r\n')
    expect(document.positionOf('/b')).toEqual({ file: 'warder.yaml', line: 2, column: 4, length: 1 })
    expect(document.value).toEqual({ a: 1, b: 2 })
  })
})

describe('a document', () => {
  it('is refused when aliases multiply', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 9; i++)
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`)
    expect(codesOf(lines.join('\n'))).toEqual(['ERR_CONFIG_ALIAS'])
  })

  it('is refused when it is nested too deeply, however deeply', () => {
    for (const depth of [40, 1_000, 100_000]) {
      expect(codesOf(`a: ${'['.repeat(depth)}${']'.repeat(depth)}`)[0]).toBe('ERR_CONFIG_SYNTAX')
    }
  })

  it('is refused when it is larger than 16 MiB', () => {
    const text = `a: ${'x'.repeat(16 * 1024 ** 2 - 3)}`
    expect(codesOf(text)).toEqual([])
    expect(codesOf(`${text}x`)).toEqual(['ERR_CONFIG_FILE_TOO_LARGE'])
  })

  it('is refused when it is not UTF-8', () => {
    const parsed = parseDocument(new Uint8Array([0x61, 0x3a, 0x20, 0xff]), 'w')
    expect(parsed.ok ? [] : parsed.error.diagnostics.map(({ code }) => code)).toEqual(['ERR_CONFIG_ENCODING'])
  })

  it('gives back any JSON value that was written into it', () => {
    const members = fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string())),
      { minKeys: 1 },
    )
    fc.assert(
      fc.property(members, (value) => {
        expect(parseGood(JSON.stringify(value)).value).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      { numRuns: 200 },
    )
  })

  it('never makes the parser throw, whatever the text', () => {
    const pieces = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '&x ',
      '*x',
      '!t ',
      '#',
      '|',
      '>',
      '---',
      '${',
      '\t',
      ',',
      '?',
      '%',
      'secret',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const parsed = parse(parts.join(''))
        expect(parsed.ok || parsed.error.diagnostics.length > 0).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  // Each line of such a text would be an error of its own.
  for (const [what, text, line] of [
    ['a page of Markdown', readFileSync(new URL('../../README.md', import.meta.url), 'utf8'), 3],
    ['a script', '#!/bin/sh\nset -eu\nexport A="b: c"\nif [ "$A" = x ]; then exit; fi\n"', 2],
    ['a page of HTML', '<!doctype html>\n<p title="a: b">a: b: c</p>\n', 1],
    ['a PEM file', '-----BEGIN PUBLIC KEY-----\nMCow: BQYD: K2Vw\n-----END PUBLIC KEY-----\n', 1],
  ] as const)
    it(`reports once that ${what} is not a configuration`, () => {
      const parsed = parse(text)
      const found = parsed.ok ? [] : parsed.error.diagnostics
      expect(found.map(({ code, position }) => [code, position?.line])).toEqual([['ERR_CONFIG_SYNTAX', line]])
      expect(found[0]?.message).toContain('not a configuration')
    })

  for (const text of [
    'version: 1\n  a: b: c\n',
    '{ "version": 1,, }',
    '# Notes\n---\n"a": [\n',
    '- a: b: c\n',
  ])
    it(`names the line of a mistake in ${JSON.stringify(text)}`, () => {
      const parsed = parse(text)
      expect(parsed.ok ? [] : parsed.error.diagnostics.map(({ message }) => message).join()).not.toContain(
        'not a configuration',
      )
    })
})
