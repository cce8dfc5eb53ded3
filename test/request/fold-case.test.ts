import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { foldCase } from '../../src/request/fold-case.ts'

const CHARACTERS = Array.from({ length: 0x11_0000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))

const WAYS: Readonly<Record<string, (text: string) => string>> = {
  'lower case': (text) => text.toLowerCase(),
  'upper case': (text) => text.toUpperCase(),
  'lower case in Turkish': (text) => text.toLocaleLowerCase('tr'),
  'upper case in Turkish': (text) => text.toLocaleUpperCase('tr'),
  'lower case of upper case': (text) => text.toUpperCase().toLowerCase(),
}

describe('foldCase', () => {
  const same = [
    ['ADMIN', 'admin'],
    ['Straße', 'STRASSE'],
    ['STRAẞE', 'strasse'],
    ['\u212a', 'k'], // Kelvin sign
    ['\u017f', 'S'], // long s
    ['\u0131', 'I'], // dotless i
    ['\u0130', 'i'], // I with a dot above
    ['ΣΑΣ', 'σας'],
    ['CAFÉ', 'café'],
    ['ﬀ', 'FF'],
  ] as const
  for (const [one, other] of same) {
    it(`takes ${one} and ${other} for the same`, () => expect(foldCase(one)).toBe(foldCase(other)))
  }
  for (const [one, other] of [
    ['a', 'b'],
    ['é', 'e'],
    ['a/', 'a'],
    ['İx', 'x'],
  ] as const) {
    it(`tells ${one} and ${other} apart`, () => expect(foldCase(one)).not.toBe(foldCase(other)))
  }
  it('changes no character that has no case', () => {
    for (const text of ['/a-b_c.d~1', '/\u65e5\u672c', '/%20 +']) expect(foldCase(text)).toBe(text)
  })
  for (const [name, way] of Object.entries(WAYS)) {
    it(`takes every character of Unicode and its ${name} for the same`, () => {
      for (const text of CHARACTERS)
        if (way(text) !== text) expect(foldCase(way(text)), text).toBe(foldCase(text))
    })
  }
  it('is stable, and takes what it gives for the same', () => {
    for (const text of CHARACTERS) expect(foldCase(foldCase(text)), text).toBe(foldCase(text))
  })
  it('takes all characters for the same that a regular expression without case does (simple folding)', () => {
    const cased = CHARACTERS.filter((text) => /[\p{Cased}\p{Changes_When_Casemapped}]/u.test(text))
    const all = cased.join('')
    expect(cased.length).toBeGreaterThan(2000)
    for (const text of cased) {
      for (const other of all.match(new RegExp(text, 'giu')) ?? [])
        expect(foldCase(other), text).toBe(foldCase(text))
    }
  })
  it('folds a text as its segments', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom('Σ', 'ΑΣ', 'İ', 'i', '\u0307', 'I', 'a'),
            fc.string({ unit: 'grapheme', maxLength: 3 }),
          ),
        ),
        (parts) => {
          expect(foldCase(parts.join('/'))).toBe(parts.map((part) => foldCase(part)).join('/'))
        },
      ),
    ))
})
