import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { describeDenial } from '../../src/decision/explain/describe-denial.ts'
import { findRoute, findRouteOf } from '../../src/decision/find-route.ts'
import { compileRoutes } from '../../src/policy/compile-routes.ts'
import type { RouteSettings } from '../../src/settings/route/definition.ts'
import { ok } from '../../src/result.ts'
import { firstMatch, matchesRoute, queries, routeLists } from '../policy/naive-matcher.ts'
import { makeRequest, routeSettings } from '../support/make-guard.ts'
import { appReaders, rawPaths } from '../support/path-readers.ts'

const compile = (routes: readonly RouteSettings[]) => compileRoutes(routes, new Map())
const route = (name: string, match: Partial<RouteSettings>): RouteSettings =>
  routeSettings({ name, access: { kind: 'public' }, ...match })

/** Name of the route, or `reason detail met`. */
function found(routes: readonly RouteSettings[], request: Parameters<typeof makeRequest>[0]): string {
  const result = findRoute(compile(routes), makeRequest(request))
  if (result.ok) return result.value?.name ?? 'none'
  const { denial, met } = result.error
  return `${denial.reason} ${describeDenial(denial)} ${met?.name ?? 'none'}`
}

describe('a path that meets an earlier route in another letter case', () => {
  const rest = route('rest', {})
  const admin = route('admin', { path: ['/admin/**'] })
  const cases: readonly (readonly [
    string,
    readonly RouteSettings[],
    Parameters<typeof makeRequest>[0],
    string,
  ])[] = [
    ['is denied', [admin, rest], { path: '/ADMIN/x' }, 'path_ambiguous letter_case admin'],
    [
      'is denied by a pattern in upper case',
      [route('a', { path: ['/API/**'] }), rest],
      { path: '/api/x' },
      'path_ambiguous letter_case a',
    ],
    [
      'is denied by the earliest of several',
      [route('a', { path: ['/Admin/**'] }), admin, rest],
      { path: '/ADMIN/x' },
      'path_ambiguous letter_case a',
    ],
    [
      'is denied by method',
      [{ ...admin, method: ['PUT'] }, rest],
      { path: '/ADMIN/x', method: 'PUT' },
      'path_ambiguous letter_case admin',
    ],
    [
      'is judged if the method is another',
      [{ ...admin, method: ['PUT'] }, rest],
      { path: '/ADMIN/x' },
      'rest',
    ],
    [
      'is judged if the host is another',
      [{ ...admin, host: ['a.example'] }, rest],
      { path: '/ADMIN/x' },
      'rest',
    ],
    [
      'is denied by a host with a wildcard',
      [{ ...admin, host: ['*.example.com'] }, rest],
      { path: '/ADMIN/x' },
      'path_ambiguous letter_case admin',
    ],
    [
      'is judged if that route is case-sensitive',
      [{ ...admin, caseSensitive: true }, rest],
      { path: '/ADMIN/x' },
      'rest',
    ],
    [
      'is denied if only its own route is case-sensitive',
      [admin, { ...rest, caseSensitive: true }],
      { path: '/ADMIN/x' },
      'path_ambiguous letter_case admin',
    ],
    [
      'is judged if that route is a later one',
      [route('a', { path: ['/ADMIN/**'] }), admin],
      { path: '/ADMIN/x' },
      'a',
    ],
    ['has no route if no route has it exactly', [admin], { path: '/ADMIN/x' }, 'none'],
    [
      'is denied with `_method` for that route',
      [{ ...admin, method: ['PUT'] }, rest],
      { path: '/ADMIN/x', method: 'POST', query: '_method=PUT' },
      'method_refused parameter admin',
    ],
  ]
  for (const [what, routes, request, expected] of cases) {
    it(what, () => expect(found(routes, request)).toBe(expected))
  }

  const flipped = (path: string, flips: readonly boolean[]): string =>
    [...path].map((letter, i) => (flips[i % flips.length] === true ? letter.toUpperCase() : letter)).join('')
  const spelt = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 })
  const mixedRoutes = fc
    .tuple(routeLists, fc.array(fc.tuple(spelt, fc.boolean()), { minLength: 8, maxLength: 8 }))
    .map(([routes, choices]) =>
      routes.map((one, i): RouteSettings => {
        const [flips, caseSensitive] = choices[i % choices.length] ?? [[false], false]
        return { ...one, path: one.path.map((path) => flipped(path, flips)), caseSensitive }
      }),
    )

  it('is never judged by a later route, and every other path is', () =>
    fc.assert(
      fc.property(mixedRoutes, queries, spelt, (routes, query, flips) => {
        const path = flipped(query.path, flips)
        const result = findRoute(compile(routes), makeRequest({ ...query, path }))
        const exact = routes.findIndex((one) => matchesRoute(one, { ...query, path }))
        const lower = (one: RouteSettings): RouteSettings => ({
          ...one,
          path: one.path.map((text) => text.toLowerCase()),
        })
        const folded = routes.findIndex(
          (one) =>
            one.caseSensitive !== true && matchesRoute(lower(one), { ...query, path: path.toLowerCase() }),
        )
        if (exact < 0) return expect(result).toEqual({ ok: true, value: undefined })
        if (folded >= 0 && folded < exact)
          expect(result).toMatchObject({ ok: false, error: { denial: { reason: 'path_ambiguous' } } })
        else expect(result.ok ? result.value?.name : 'denied').toBe(routes[exact]?.name as string)
      }),
      { numRuns: 3000 },
    ))
})

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

describe('the route before the decision', () => {
  it('is none without routes', () =>
    expect(findRouteOf({ routes: undefined }, makeRequest({}))).toEqual(ok(undefined)))

  it('is a denial if finding it fails', () => {
    const routes = {
      ...compile([route('r', {})]),
      match: () => {
        throw new RangeError('broken')
      },
    }
    expect(findRouteOf({ routes }, makeRequest({}))).toMatchObject({
      ok: false,
      error: { denial: { reason: 'internal_error', at: 'RangeError' } },
    })
  })
})
