import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { assertPathPattern, coversPath, parsePathPattern } from '../../src/syntax/path-pattern.ts'
import { matchesPath, pathPatterns, paths } from '../policy/naive-matcher.ts'

describe('parsePathPattern', () => {
  const accepted = [
    '/',
    '/**',
    '/a',
    '/a/',
    '/a/**',
    '/*',
    '/*/a',
    '/a/*/**',
    '/a b',
    '/é',
    '/100%',
    '/a.b',
    '/...',
  ]
  for (const text of accepted) {
    it(`accepts ${text}`, () => expect(parsePathPattern(text)).toMatchObject({ ok: true, value: { text } }))
  }
  const refused = [
    '',
    'a',
    '*',
    '**',
    '//',
    '/a//b',
    '/a//**',
    '/a*',
    '/*a',
    '/***',
    '/a**',
    '/**/a',
    '/**/**',
    '/.',
    '/..',
    '/a/../b',
    '/./a',
    '/a;b',
    '/a?b',
    '/a#b',
    '/a\\b',
    '/%41',
    '/a%2Fb',
    '/a\u0000',
    '/a\u007f',
    '/a\n',
  ]
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(parsePathPattern(text).ok).toBe(false)
      expect(() => assertPathPattern(text)).toThrow(TypeError)
    })
  }
})

describe('coversPath', () => {
  const cases = [
    ['/**', '/a', true],
    ['/**', '/**', true],
    ['/**', '/', true],
    ['/a/**', '/a', true],
    ['/a/**', '/a/', true],
    ['/a/**', '/a/b/**', true],
    ['/a/**', '/ab', false],
    ['/a/**', '/**', false],
    ['/a', '/a', true],
    ['/a', '/a/', false],
    ['/a', '/a/**', false],
    ['/a', '/A', false],
    ['/*', '/a', true],
    ['/*', '/*', true],
    ['/*', '/', false],
    ['/*', '/a/b', false],
    ['/a/*', '/a/', false],
    ['/*/**', '/a', true],
    ['/*/**', '/', false],
    ['/a', '/*', false],
    ['/*/b', '/a/*', false],
    ['/a/*/**', '/a/b/c', true],
    ['/a/*/**', '/a/**', false],
  ] as const
  for (const [outer, inner, expected] of cases) {
    it(`finds that ${outer} ${expected ? 'covers' : 'does not cover'} ${inner}`, () =>
      expect(coversPath(assertPathPattern(outer), assertPathPattern(inner))).toBe(expected))
  }
  it('never finds that of a pattern that matches a path which the other does not match', () =>
    fc.assert(
      fc.property(pathPatterns, pathPatterns, paths, (outer, inner, path) => {
        if (coversPath(assertPathPattern(outer), assertPathPattern(inner)) && matchesPath(inner, path)) {
          expect(matchesPath(outer, path)).toBe(true)
        }
      }),
      { numRuns: 5000 },
    ))
})
