import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { otherSpellings, type PatternEnds } from '../../src/request/other-spellings.ts'

/** A pattern with every end that a path may be spelt with. */
const EVERY_END: PatternEnds = {
  names: new Set(['', 'panel', 'b', 'a', '.well-known', 'users', 'index']),
  hasSlash: false,
  hasStar: false,
}
const WITH_SLASH: PatternEnds = { ...EVERY_END, hasSlash: true }
const NO_END: PatternEnds = { names: new Set(['other']), hasSlash: true, hasStar: false }

const sorted = (path: string, ends = EVERY_END): readonly string[] | undefined =>
  otherSpellings(path, ends)?.toSorted()

describe('otherSpellings', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['/', []],
    ['/panel', []],
    ['/panel/', ['/panel']],
    ['/a/b/', ['/a/b']],
    ['/panel.json', ['/panel', '/panel.json/', '/panel/']],
    ['/panel.json/', ['/panel', '/panel.json', '/panel/']],
    [
      '/a.b/panel.tar.gz',
      ['/a.b/panel', '/a.b/panel.tar', '/a.b/panel.tar.gz/', '/a.b/panel.tar/', '/a.b/panel/'],
    ],
    ['/.well-known', []],
    ['/v1.2/users', []],
    ['/index.php/panel', ['/index.php/panel/', '/panel', '/panel/']],
    ['/INDEX.PHP/panel', ['/INDEX.PHP/panel/', '/panel', '/panel/']],
    ['/x/app.cgi/a', ['/a', '/a/', '/x/a', '/x/a/', '/x/app.cgi/a/']],
    ['/.php/a', ['/.php/a/']],
    ['/index.php', ['/index', '/index.php/', '/index/']],
  ]
  for (const [path, spellings] of cases) {
    it(`reads [${spellings.join(', ')}] in ${path}`, () => expect(sorted(path)).toEqual([...spellings]))
  }
  it('adds a slash to a plain path if that can make a difference', () =>
    expect(sorted('/panel', WITH_SLASH)).toEqual(['/panel/']))
  it('spells no path that no pattern ends as', () => {
    for (const path of ['/panel', '/panel/', '/panel.json', '/a.php'])
      expect(otherSpellings(path, NO_END)).toEqual([])
  })
  it('reads no path with more scripts than any honest one', () => {
    expect(otherSpellings('/a.php/a.php/a.php/a.php/x', NO_END)).toBeDefined()
    expect(otherSpellings(`${'/a.php'.repeat(1300)}/x`, NO_END)).toBeUndefined()
  })
  it('finds absolute paths alone, few of them, and never the path itself', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('/', '.', 'a', 'b.php', '.json', '..'), { maxLength: 12 }),
        (parts) => {
          const path = `/${parts.join('')}`
          const spellings = otherSpellings(path, WITH_SLASH) ?? []
          for (const spelling of spellings) expect(spelling.startsWith('/')).toBe(true)
          expect(spellings).not.toContain(path)
          expect(spellings.length).toBeLessThanOrEqual(54)
        },
      ),
    ))
})
