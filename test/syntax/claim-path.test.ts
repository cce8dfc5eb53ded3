import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { assertClaimPath, formatClaimPath, parseClaimPath, readClaim } from '../../src/syntax/claim-path.ts'

describe('parseClaimPath', () => {
  const cases = [
    ['sub', ['sub']],
    ['realm_access.roles', ['realm_access', 'roles']],
    [String.raw`https://acme\.example/roles`, ['https://acme.example/roles']],
    [String.raw`a\\b`, [String.raw`a\b`]],
    [String.raw`a\\.b`, ['a\\', 'b']],
    ['a b', ['a b']],
    [Array.from({ length: 32 }, () => 'a').join('.'), Array.from({ length: 32 }, () => 'a')],
    ['', undefined],
    ['.', undefined],
    ['a.', undefined],
    ['.a', undefined],
    ['a..b', undefined],
    ['a\\', undefined],
    [String.raw`a\b`, undefined],
    [Array.from({ length: 33 }, () => 'a').join('.'), undefined],
  ] as const
  for (const [text, path] of cases) {
    it(`reads ${text.slice(0, 40) || 'the empty text'} as ${path === undefined ? 'no path' : JSON.stringify(path).slice(0, 40)}`, () =>
      expect(parseClaimPath(text)).toEqual(path === undefined ? undefined : [...path]))
  }

  const path = fc.array(
    fc.string({ unit: fc.constantFrom('a', '.', '\\', '/', ':', ' ', 'é', '"'), minLength: 1, maxLength: 6 }),
    { minLength: 1, maxLength: 5 },
  )
  it('reads back every path that was written with escapes', () =>
    fc.assert(
      fc.property(path, (names) => {
        expect(parseClaimPath(formatClaimPath(names))).toEqual(names)
      }),
    ))
  it('finds the claim that a path was made for', () =>
    fc.assert(
      fc.property(path, fc.jsonValue(), (names, value) => {
        const claims = names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)
        expect(readClaim(claims as Record<string, unknown>, names)).toEqual(value)
      }),
    ))
  it('throws if a setting is no path, for it was checked before', () =>
    expect(() => assertClaimPath('a..b')).toThrow(TypeError))
})

describe('readClaim', () => {
  const claims = JSON.parse('{"a":{"b":[{"c":1}],"n":null},"__proto__":{"x":1},"s":"text"}') as Record<
    string,
    unknown
  >
  const cases = [
    [['a', 'b'], [{ c: 1 }]],
    [['a', 'n'], null],
    [['a', 'n', 'x'], undefined],
    [['a', 'b', '0'], undefined],
    [['a', 'b', 'length'], undefined],
    [['s', 'length'], undefined],
    [['s', '0'], undefined],
    [['missing'], undefined],
    [['constructor'], undefined],
    [['a', 'hasOwnProperty'], undefined],
    [['x'], undefined],
    [['__proto__', 'x'], 1],
  ] as const
  for (const [path, value] of cases) {
    it(`finds ${JSON.stringify(value) ?? 'nothing'} at ${path.join('.')}`, () =>
      expect(readClaim(claims, path)).toEqual(value as unknown))
  }
})
