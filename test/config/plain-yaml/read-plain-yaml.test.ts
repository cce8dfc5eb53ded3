import { describe, expect, it } from 'bun:test'
import * as fc from 'fast-check'
import { stringify } from 'yaml'
import { readPlainYaml } from '../../../src/config/plain-yaml/read-plain-yaml.ts'
import { readFullYaml } from '../../../src/config/read-full-yaml.ts'
import { CORPUS } from './corpus.ts'

/** Fails unless both readers find the same, or the simple one leaves the text to the other. */
function compare(text: string): 'read' | 'left' {
  // As it arrives: no file holds half of a character.
  const decoded = new TextDecoder().decode(new TextEncoder().encode(text))
  const plain = readPlainYaml(decoded)
  if (plain === undefined) return 'left'
  const full = readFullYaml(decoded, 'a.yaml')
  expect(full.ok ? full.value.looseComments : full.error.diagnostics).toEqual([])
  // In the same order, too, and with -0 and 0 apart.
  expect(full.ok && Object.is(JSON.stringify(full.value.value), JSON.stringify(plain))).toBe(true)
  expect(full.ok && full.value.value).toStrictEqual(plain)
  return 'read'
}

/** Pieces that mean something to YAML, or look as if they did. */
const PIECES = [
  ['a', 'b', 'key', '"q"', "'s'", ': ', ':', '- ', '-', '\n', '\n  ', '\n    ', '\n- ', '\n  - ', ' ', '  '],
  ['#', ' # c', '{', '}', '[', ']', ', ', ',', '1', '010', '0o10', '0x1F', '.5', '1e3', '1_0', '+1', '-1'],
  ['1.0', '.inf', '.NaN', 'true', 'null', '~', 'yes', 'NO', '2001-01-01', '---', '\n---\n', '...', '\n...\n'],
  [
    '|',
    '>',
    '|2',
    '|-\n',
    '&x ',
    '*x',
    '!t ',
    '!!binary ',
    '? ',
    '?',
    '%',
    '%YAML 1.1\n---\n',
    '@',
    '`',
    '"',
  ],
  ["'", '\\', '\\n', '\\x41', '/', '/**', '*', '.', '$', '${A}', '<<', '<<: ', '__proto__', 'constructor'],
  [
    'http://x:1/y#z',
    '127.0.0.1:80',
    ':8080',
    '=',
    '<',
    '^',
    '(',
    ';',
    'é',
    '\u00a0',
    '😀',
    '\t',
    '\r\n',
    '\r',
  ],
  [
    '\u0000',
    '\u0085',
    '\u2028',
    '\ufeff',
    'a: 1\n',
    'b:\n',
    'c: {a: 1}\n',
    'd: [x]\n',
    '  e: f\n',
    '  - g\n',
  ],
].flat()
const piece = fc.constantFrom(...PIECES)
const soup = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''))

const LINES = [
  ['a:', 'b:', 'c: 1', 'd: x y', '- e', '- f: 1', '- g:', '-', '- - h', '# i', '', 'j: {k: l}', 'm: [n, o]'],
  ['"p": q', "r: 's' # t", 'u: v # w', 'x: "y"#z', 'A:  ', '- {B: C}', '- "D"', 'E: |', 'E: |-', 'F: "', '}'],
  [
    "G: '",
    'H: {',
    ']',
    '---',
    '...',
    'I',
    'a: 2',
    'J: K: L',
    'M: -1',
    'N: .5',
    'O: - P',
    '?',
    ': Q',
    'R : S',
  ],
  ['T: ~', '-  U: V', '- W: X: Y', "'Z': 1", '{a: 1}', '[b]', '&c d: e', '*f : g'],
].flat()
const lines = fc
  .array(fc.tuple(fc.constantFrom('', ' ', '  ', '   ', '    ', '      '), fc.constantFrom(...LINES)), {
    maxLength: 9,
  })
  .map((some) => some.map(([indent, line]) => `${indent}${line}\n`).join(''))

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    piece,
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string({ maxLength: 8 }), piece), tie('value'), { maxKeys: 4 }),
  ),
}))
const written = fc
  .tuple(
    value,
    fc.constantFrom('any', 'block', 'flow'),
    fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL'),
    fc.constantFrom(1, 2, 4),
    fc.boolean(),
  )
  .map(([root, collectionStyle, defaultStringType, indent, indentSeq]) =>
    stringify({ a: 1, root, z: ['é'] }, {
      collectionStyle,
      defaultStringType,
      indent,
      indentSeq,
      lineWidth: 40,
    } as never),
  )
const json = value.map((root) => JSON.stringify({ root }, null, 2))
const changed = fc
  .tuple(fc.oneof(written, json), fc.nat(), piece, fc.nat(3))
  .map(([text, at, inserted, removed]) => {
    const place = at % (text.length + 1)
    return text.slice(0, place) + inserted + text.slice(place + removed)
  })

const DOCUMENTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'pieces of YAML': soup,
  'pieces as a value': soup.map((text) => `k: ${text}`),
  'pieces as values of an item': fc.tuple(soup, soup).map(([a, b]) => `r:\n  - n: ${a}\n    m: ${b}\n`),
  'pieces in brackets': soup.map((text) => `r: { a: ${text} }\nb: 1\n`),
  'pieces in JSON': soup.map((text) => `{"a": ${text} }\n`),
  'pieces as items': fc.tuple(soup, soup).map(([a, b]) => `a:\n- ${a}\n- ${b}\nz: 1`),
  'lines of YAML': lines,
  'written YAML': written,
  'written JSON': json,
  'written texts with a change': changed,
}

describe('both readers of YAML agree', () => {
  for (const [what, documents] of Object.entries(DOCUMENTS)) {
    it(`on ${what}`, () => {
      let read = 0
      fc.assert(
        fc.property(documents, (text) => {
          if (compare(text) === 'read') read++
        }),
        { numRuns: 1_000 },
      )
      // Otherwise nothing would be compared.
      expect(read).toBeGreaterThan(0)
    })
  }

  for (const [what, [text, expected]] of Object.entries(CORPUS)) {
    it(`on ${what}, which the simple one has ${expected}`, () => {
      expect(compare(text)).toBe(expected)
    })
  }
})
