import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import type { RouteSettings } from '../../src/settings/route/definition.ts'
import { matchesPath, pathPatterns, paths } from '../policy/naive-matcher.ts'
import { found, route } from '../support/routes.ts'

describe('a path that applications serve as another one', () => {
  const spelled = fc
    .tuple(
      paths,
      fc.constantFrom('', '.json', '.b.c'),
      fc.constantFrom('', '/'),
      fc.constantFrom('', '/index.php'),
    )
    .map(([path, format, slash, script]) =>
      path === '/' ? `${script}/` : `${script}${path.replace(/\/$/, '')}${format}${slash}`,
    )
  /** As applications take them apart, one after another. */
  const spellingsOf = (path: string): readonly string[] =>
    [path, path.replace(/^\/index\.php(?=\/)/, '')]
      .flatMap((one) => [
        one,
        one.replace(/(?<=[^/])\.[^./]*(\/?)$/, '$1'),
        one.replace(/(?<=[^/])\.[^/]*(\/?)$/, '$1'),
      ])
      .flatMap((one) => [one, `${one}/`, one.replace(/(?<=.)\/$/, '')])
      .filter((one) => !one.includes('//'))
  const rest = route('rest', {})
  const panel = route('panel', { path: ['/panel'], access: { kind: 'deny' } })
  const admin = route('admin', { path: ['/admin/**'], access: { kind: 'deny' } })
  const slash = route('slash', { path: ['/panel/'], access: { kind: 'deny' } })
  const kept = route('kept', { path: ['/**'], encoded: 'keep' })
  const met = (name: string): string => `path_ambiguous other_spelling ${name}`
  const cases: readonly (readonly [string, readonly RouteSettings[], string, string])[] = [
    ['is denied with a final slash', [panel, rest], '/panel/', met('panel')],
    ['is denied without a final slash', [slash, rest], '/panel', met('slash')],
    ['is denied with a final slash in another letter case', [panel, rest], '/Panel/', met('panel')],
    ['is denied with a format', [panel, rest], '/panel.json', met('panel')],
    ['is denied with a format and a final slash', [panel, rest], '/panel.json/', met('panel')],
    ['is denied with a format at the top of a tree', [admin, rest], '/admin.json', met('admin')],
    ['is denied behind a script', [admin, rest], '/index.php/admin/x', met('admin')],
    ['is denied behind an escaped script', [admin, rest], '/index%2ephp/%61dmin/x', met('admin')],
    ['is denied behind a script in a folder', [admin, rest], '/x/app.cgi/admin/x', met('admin')],
    ['is judged if the script has the name of the tree', [admin, rest], '/admin.php/x', 'rest'],
    ['is denied behind too many scripts', [panel, rest], `${'/a.php'.repeat(5)}/x`, met('none')],
    ['is denied behind a script that is kept encoded', [admin, kept], '/index.php%2Fadmin', met('admin')],
    [
      'is judged where a route has it exactly',
      [route('own', { path: ['/panel/'] }), panel],
      '/panel/',
      'own',
    ],
    ['is judged by the first route', [rest, panel], '/panel/', 'rest'],
    [
      'is judged if the other route is public',
      [{ ...panel, access: { kind: 'public' } }, rest],
      '/panel/',
      'rest',
    ],
    ['is judged if its route denies it', [panel, { ...rest, access: { kind: 'deny' } }], '/panel/', 'rest'],
    ['is judged below the path', [panel, rest], '/panel/x', 'rest'],
    ['is judged if only its beginning is the same', [panel, admin, rest], '/panels/', 'rest'],
    ['has no route if no route has it exactly', [panel], '/panel/', 'none'],
  ]
  for (const [what, routes, path, expected] of cases) {
    it(what, () => expect(found(routes, { path })).toBe(expected))
  }
  it('is denied by every pattern that matches a spelling and not the path', () =>
    fc.assert(
      fc.property(pathPatterns, spelled, (pattern, path) => {
        const guarded = route('guarded', { path: [pattern], access: { kind: 'deny' } })
        const matches = (text: string): boolean => matchesPath(pattern, text)
        const isMet = matches(path) || spellingsOf(path).some(matches)
        expect(found([guarded, rest], { path }) === 'rest').toBe(!isMet)
      }),
      { numRuns: 5000 },
    ))
  it('is denied by `_method` in the other spelling', () =>
    expect(
      found([{ ...panel, method: ['PUT'] }, rest], {
        path: '/panel/',
        method: 'POST',
        query: '_method=PUT',
      }),
    ).toBe('method_refused parameter panel'))
})

describe('a HEAD that falls past the route of its GET', () => {
  const rest = route('rest', {})
  const read = route('read', { path: ['/admin/**'], method: ['GET'], access: { kind: 'deny' } })
  const cases: readonly (readonly [string, readonly RouteSettings[], string, string])[] = [
    ['is denied', [read, rest], '/admin/x', 'method_refused head read'],
    ['is denied in another letter case', [read, rest], '/ADMIN/x', 'method_refused head read'],
    ['is judged by a route that names it', [{ ...read, method: ['GET', 'HEAD'] }, rest], '/admin/x', 'read'],
    ['is judged by an earlier route', [rest, read], '/admin/x', 'rest'],
    ['is judged on another path', [read, rest], '/x', 'rest'],
    ['is judged if GET is public', [{ ...read, access: { kind: 'public' } }, rest], '/admin/x', 'rest'],
    ['has no route if no route has it', [read], '/admin/x', 'none'],
  ]
  for (const [what, routes, path, expected] of cases) {
    it(what, () => expect(found(routes, { path, method: 'HEAD' })).toBe(expected))
  }
})
