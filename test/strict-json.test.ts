import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { MAX_JSON_DEPTH, MAX_JSON_MEMBERS, parseStrictObject } from '../src/strict-json.ts'

const parse = (text: string): unknown => parseStrictObject(Buffer.from(text))

// Names that trip up parsers, so that random objects often have the same one in several places.
const name = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    '',
    '__proto__',
    'constructor',
    '1',
    ':',
    '"',
    '\\',
    '{',
    '\\"',
    'é',
    '😀',
    '\u2028',
  ),
  fc.string({ maxLength: 4 }),
)
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('":"', '{"a":1,"a":2}', '\\', '\\"'),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(name, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))
const object = fc.dictionary(name, tree, { minKeys: 1, maxKeys: 5, noNullPrototype: true })

describe('parseStrictObject', () => {
  it('agrees with JSON.parse about objects without duplicates, however they are spaced', () =>
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 1, '\t', '\r\n'), (value, space) => {
        const text = JSON.stringify(value, undefined, space === '\r\n' ? undefined : space)
        expect(parse(text)).toEqual(JSON.parse(text))
      }),
      { numRuns: 1500 },
    ))

  it('refuses an object in which one member of any depth is written twice', () =>
    fc.assert(
      fc.property(object, fc.nat(), fc.boolean(), (value, pick, escape) => {
        // The duplicate goes in front of a member, in any of the objects, under its own or its escaped name.
        const text = JSON.stringify(value)
        const names = namesOf(value)
        const chosen = names[pick % names.length] ?? ''
        const at = positionsOf(text, value)[pick % names.length] ?? 1
        const doubled = `${text.slice(0, at)}${escape ? escaped(chosen) : JSON.stringify(chosen)}:0,${text.slice(at)}`
        // The last one wins there, so JSON.parse sees no difference.
        expect(JSON.parse(doubled)).toEqual(JSON.parse(text))
        expect(parse(doubled)).toBeUndefined()
      }),
      { numRuns: 1500 },
    ))

  it('never throws, whatever the bytes', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const value = parseStrictObject(bytes)
        expect(value === undefined || (typeof value === 'object' && !Array.isArray(value))).toBe(true)
      }),
    ))

  const cases = [
    ['{}', true],
    [' { } ', true],
    ['{"a":{"a":{"a":1}}}', true],
    ['{"a":1,"b":{"a":1}}', true],
    ['[{"a":1}]', false],
    ['{"a":1}{"a":1}', false],
    ['{"a":1,"a":1}', false],
    ['{"a":"\\"', false],
    ['{"a', false],
    ['"', false],
    ['', false],
    [`{"a":${'['.repeat(MAX_JSON_DEPTH - 1)}${']'.repeat(MAX_JSON_DEPTH - 1)}}`, true],
    [`{"a":${'['.repeat(MAX_JSON_DEPTH)}${']'.repeat(MAX_JSON_DEPTH)}}`, false],
    [`{${Array.from({ length: MAX_JSON_MEMBERS }, (_, index) => `"${index}":0`).join()}}`, true],
    [`{${Array.from({ length: MAX_JSON_MEMBERS + 1 }, (_, index) => `"${index}":0`).join()}}`, false],
  ] as const
  for (const [text, isAccepted] of cases) {
    it(`${isAccepted ? 'accepts' : 'refuses'} ${text.slice(0, 30) || 'the empty text'}`, () =>
      expect(parse(text) !== undefined).toBe(isAccepted))
  }

  it('refuses closing brackets that would pay for depth', () => {
    expect(parse(`]]]]]]{"a":${'['.repeat(40)}${']'.repeat(40)}}`)).toBeUndefined()
    expect(parse(`{"a":"${']'.repeat(100)}","b":${'['.repeat(40)}${']'.repeat(40)}}`)).toBeUndefined()
  })
})

/** Names of all objects in the value, in the order in which JSON.stringify writes them. */
function namesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(namesOf)
  return Object.entries(value).flatMap(([key, inner]) => [key, ...namesOf(inner)])
}

/** Where each of those names begins in the text. */
function positionsOf(text: string, value: unknown): number[] {
  const positions: number[] = []
  const walk = (inner: unknown, start: number): number => {
    if (typeof inner !== 'object' || inner === null) return start + JSON.stringify(inner).length
    const entries = Array.isArray(inner)
      ? inner.map((item: unknown) => [undefined, item] as const)
      : Object.entries(inner)
    let at = start + 1
    for (const [index, [key, item]] of entries.entries()) {
      if (index > 0) at++
      if (key !== undefined) {
        positions.push(at)
        at += JSON.stringify(key).length + 1
      }
      at = walk(item, at)
    }
    return at + 1
  }
  expect(walk(value, 0)).toBe(text.length)
  return positions
}

const escaped = (text: string): string =>
  `"${Array.from({ length: text.length }, (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`).join('')}"`
