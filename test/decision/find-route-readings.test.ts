import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { findRoute } from '../../src/decision/find-route.ts'
import type { RouteSettings } from '../../src/settings/route/definition.ts'
import { firstMatch } from '../policy/naive-matcher.ts'
import { makeRequest } from '../support/make-guard.ts'
import { appReaders, rawPaths } from '../support/path-readers.ts'
import { compile, found, route } from '../support/routes.ts'

describe('a path with several readings', () => {
  const kept = route('kept', { path: ['/**'], encoded: 'keep' })
  const admin = route('admin', { path: ['/admin/**'] })
  const projects = route('projects', { path: ['/projects/*/issues'], encoded: 'keep' })
  const stripped = route('stripped', {
    path: ['/api/**'],
    encoded: 'keep',
    rewrite: { stripPrefix: '/api', addPrefix: '/' },
  })
  const cases: readonly (readonly [string, readonly RouteSettings[], string, string])[] = [
    [
      'is denied where no route keeps it',
      [route('rest', {})],
      '/a%2Fb',
      'path_ambiguous encoded_separator none',
    ],
    [
      'is denied on a route that does not keep it',
      [admin, kept],
      '/admin/a%2Fb',
      'path_ambiguous encoded_separator none',
    ],
    ['is matched by its raw segments', [projects], '/projects/group%2Fname/issues', 'projects'],
    ['is matched with bytes outside UTF-8', [kept], '/caf%E9', 'kept'],
    ['is matched with parameters', [kept], '/a;v=1/b', 'kept'],
    ['is matched with an empty segment', [kept], '/a//b', 'kept'],
    [
      'is matched by an earlier route than the decoded one',
      [projects, kept],
      '/projects/group%2Fname/issues',
      'projects',
    ],
    [
      'leads around no earlier route: an encoded slash',
      [admin, kept],
      '/admin%2Fx',
      'path_ambiguous other_reading admin',
    ],
    [
      'leads around no earlier route: parameters',
      [admin, kept],
      '/admin;v=1/x',
      'path_ambiguous other_reading admin',
    ],
    [
      'leads around no earlier route: an empty segment',
      [admin, kept],
      '/;/admin/x',
      'path_ambiguous other_reading admin',
    ],
    [
      'leads around no earlier route: two encoded slashes',
      [admin, kept],
      '/%2F%2Fadmin',
      'path_ambiguous other_reading admin',
    ],
    [
      'leads around no earlier route: bytes that are dropped',
      [admin, kept],
      '/adm%FFin/x',
      'path_ambiguous other_reading admin',
    ],
    [
      'leads around no earlier route: letter case',
      [admin, kept],
      '/ADMIN%2Fx',
      'path_ambiguous other_reading admin',
    ],
    [
      'leads around no case-sensitive route',
      [{ ...admin, caseSensitive: true }, kept],
      '/admin%2Fx',
      'path_ambiguous other_reading admin',
    ],
    [
      'has no dot segment in any reading',
      [admin, kept],
      '/x%2F..%2Fadmin',
      'path_ambiguous dot_segment none',
    ],
    ['has no dot segment behind a parameter', [kept], '/x/..;v/y', 'path_ambiguous dot_segment none'],
    ['does not begin with a host', [kept], '//evil.example/admin', 'path_ambiguous double_slash none'],
    [
      'does not begin with a host for the upstream',
      [stripped],
      '/api//evil.example/x',
      'path_ambiguous double_slash none',
    ],
    ['keeps its bytes behind a prefix', [stripped], '/api/a//b%2Fc', 'stripped'],
  ]
  for (const [what, routes, path, expected] of cases) {
    it(what, () => expect(found(routes, { path })).toBe(expected))
  }
  it('is denied by `_method` in every reading', () => {
    const remove = route('remove', { path: ['/admin/**'], method: ['DELETE'] })
    const post = { path: '/admin%2Fx', method: 'POST' }
    expect(found([remove, kept], post)).toBe('kept')
    expect(found([remove, kept], { ...post, query: '_method=DELETE' })).toBe(
      'method_refused parameter remove',
    )
  })

  const names = fc.constantFrom('a', 'b', 'admin', '*', 'é')
  const patterns = fc
    .tuple(fc.array(names, { maxLength: 3 }), fc.constantFrom('', '/**'))
    .map(([parts, end]) => (parts.length === 0 ? '/**' : `/${parts.join('/')}${end}`))
  const tables = fc
    .array(fc.tuple(fc.array(patterns, { maxLength: 2 }), fc.boolean()), { minLength: 1, maxLength: 5 })
    .map((routes) =>
      routes.map(([paths, keeps], i) =>
        route(`r${i}`, { path: paths, ...(keeps ? { encoded: 'keep' as const } : {}) }),
      ),
    )
  it('is never allowed by a later route than any application would find for it', () =>
    fc.assert(
      fc.property(tables, rawPaths, (routes, raw) => {
        const result = findRoute(compile(routes), makeRequest({ path: raw }))
        if (!result.ok || result.value === undefined) return
        for (const [name, read] of Object.entries(appReaders)) {
          const path = read(raw)
          if (path === undefined) continue
          const met = firstMatch(routes, { method: 'GET', host: 'api.example.com', path })
          const place = met === undefined ? Number.POSITIVE_INFINITY : routes.indexOf(met)
          // A case-sensitive reader of plain paths finds the very route.
          expect(place, `${raw} to ${name}`).toBeGreaterThanOrEqual(result.value.order)
        }
      }),
      { numRuns: 20_000 },
    ))
})
