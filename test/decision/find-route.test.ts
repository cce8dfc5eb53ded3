import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { findRoute, findRouteOf } from '../../src/decision/find-route.ts'
import type { RouteSettings } from '../../src/settings/route/definition.ts'
import { ok } from '../../src/result.ts'
import { matchesRoute, queries, routeLists } from '../policy/naive-matcher.ts'
import { makeRequest, type RequestParts } from '../support/make-guard.ts'
import { compile, found, route } from '../support/routes.ts'

describe('a path that meets an earlier route in another letter case', () => {
  const rest = route('rest', {})
  const admin = route('admin', { path: ['/admin/**'] })
  const cases: readonly (readonly [string, readonly RouteSettings[], RequestParts, string])[] = [
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
        return {
          ...one,
          path: one.path.map((path) => flipped(path, flips)),
          ...(caseSensitive && { caseSensitive }),
        }
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
