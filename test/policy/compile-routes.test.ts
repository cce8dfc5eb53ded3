import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { compileRoutes, whySkipped } from '../../src/policy/compile-routes.ts'
import { findShadowedRoutes } from '../../src/policy/lint-routes.ts'
import type { RouteSettings } from '../../src/settings/route/definition.ts'
import { routeSettings } from '../support/make-guard.ts'
import { firstMatch, matchesRoute, queries, routeLists } from './naive-matcher.ts'

const compile = (routes: readonly RouteSettings[]) => compileRoutes(routes, new Map())
const route = (name: string, match: Partial<RouteSettings>): RouteSettings =>
  routeSettings({ name, access: { kind: 'public' }, ...match })

describe('the route table', () => {
  const table = compile([
    route('health', { path: ['/healthz'] }),
    route('read', { host: ['api.example.com'], path: ['/orders/**'], method: ['GET', 'HEAD'] }),
    route('write', { host: ['api.example.com'], path: ['/orders/**'] }),
    route('users', { host: ['*.example.com'], path: ['/users/*', '/people/*'] }),
    route('post', { method: ['POST'] }),
    route('star', { host: ['*.api.example.com'], path: ['/*/x/**'] }),
  ])
  const cases = [
    ['GET', 'any.example', '/healthz', 'health'],
    ['GET', 'any.example', '/healthz/', undefined],
    ['GET', 'any.example', '/healthzz', undefined],
    ['GET', 'api.example.com', '/orders', 'read'],
    ['GET', 'api.example.com', '/orders/', 'read'],
    ['HEAD', 'api.example.com', '/orders/1/2', 'read'],
    ['DELETE', 'api.example.com', '/orders/1', 'write'],
    ['get', 'api.example.com', '/orders/1', 'write'],
    ['GET', 'api.example.com', '/ordersx', undefined],
    ['GET', 'api.example.com', '/Orders', undefined],
    ['GET', 'example.com', '/users/1', undefined],
    ['GET', 'a.example.com', '/users/1', 'users'],
    ['GET', 'a.b.example.com', '/people/1', 'users'],
    ['GET', 'a.example.com.evil', '/users/1', undefined],
    ['GET', 'aexample.com', '/users/1', undefined],
    ['GET', 'a.example.com', '/users/', undefined],
    ['GET', 'a.example.com', '/users/1/2', undefined],
    ['POST', '', '/', 'post'],
    ['GET', 'v1.api.example.com', '/a/x', 'star'],
    ['GET', 'v1.api.example.com', '/a/x/y/z', 'star'],
    ['GET', 'v1.api.example.com', '/a', undefined],
  ] as const
  for (const [method, host, path, name] of cases) {
    it(`finds ${name ?? 'no route'} for ${method} ${host}${path}`, () =>
      expect(table.match({ method, host, path })?.name).toBe(name as string))
  }

  it('takes the first of the operator’s order, however specific the others are', () => {
    const all = route('all', {})
    const exact = route('exact', { host: ['a.example'], path: ['/a'], method: ['GET'] })
    const query = { method: 'GET', host: 'a.example', path: '/a' }
    expect(compile([all, exact]).match(query)?.name).toBe('all')
    expect(compile([exact, all]).match(query)?.name).toBe('exact')
  })
  it('reports what did not match in a route that was passed over: host, path or method', () => {
    const { routes } = compile([route('read', { host: ['*.a.example'], path: ['/a/**'], method: ['GET'] })])
    const [read] = routes
    if (read === undefined) throw new Error('no route')
    const asked = [
      ['a.example', '/b', 'POST', 'host'],
      ['x.a.example', '/b', 'POST', 'path'],
      ['x.a.example', '/a/b', 'POST', 'method'],
      ['x.a.example', '/a', 'GET', undefined],
    ] as const
    for (const [host, path, method, why] of asked) expect(whySkipped(read, { host, path, method })).toBe(why)
  })
  it('refuses a route to a policy that does not exist', () =>
    expect(() =>
      compileRoutes([routeSettings({ access: { kind: 'policy', policy: 'none' } })], new Map()),
    ).toThrow(TypeError))

  it('agrees with a search from the first route to the last', () =>
    fc.assert(
      fc.property(routeLists, fc.array(queries, { minLength: 1, maxLength: 10 }), (routes, asked) => {
        const compiled = compile(routes)
        for (const query of asked) {
          expect(compiled.match(query)?.name).toBe(firstMatch(routes, query)?.name as string)
          const all = routes.filter((one) => matchesRoute(one, query)).map((one) => one.name)
          const fitting = compiled.routes.filter((one) => whySkipped(one, query) === undefined)
          expect(fitting.map((one) => one.name)).toEqual(all)
          const last = compiled.routes.at(-1)
          if (last === undefined) continue
          const before = routes.slice(0, -1).find((one) => matchesRoute({ ...one, method: [] }, query))
          expect(compiled.firstBefore(last, query, () => true)?.name).toBe(before?.name as string)
        }
      }),
      { numRuns: 2000 },
    ))
})

describe('findShadowedRoutes', () => {
  const cases: readonly (readonly [string, readonly RouteSettings[], readonly string[]])[] = [
    ['a route behind one for everything', [route('a', {}), route('b', { path: ['/b'] })], ['b by a']],
    ['the same route twice', [route('a', { path: ['/x'] }), route('b', { path: ['/x'] })], ['b by a']],
    ['a path below a tree', [route('a', { path: ['/x/**'] }), route('b', { path: ['/x/y'] })], ['b by a']],
    ['a tree below a path', [route('a', { path: ['/x'] }), route('b', { path: ['/x/**'] })], []],
    ['a name behind a star', [route('a', { path: ['/*'] }), route('b', { path: ['/x'] })], ['b by a']],
    ['a star behind a name', [route('a', { path: ['/x'] }), route('b', { path: ['/*'] })], []],
    ['fewer methods first', [route('a', { method: ['GET'] }), route('b', {})], []],
    [
      'fewer methods second',
      [route('a', { method: ['GET', 'PUT'] }), route('b', { method: ['PUT'] })],
      ['b by a'],
    ],
    [
      'a host below a wildcard',
      [route('a', { host: ['*.x.y'] }), route('b', { host: ['a.x.y'] })],
      ['b by a'],
    ],
    ['the host of a wildcard itself', [route('a', { host: ['*.x.y'] }), route('b', { host: ['x.y'] })], []],
    [
      'a wildcard below a wildcard',
      [route('a', { host: ['*.y'] }), route('b', { host: ['*.x.y'] })],
      ['b by a'],
    ],
    ['any host behind one host', [route('a', { host: ['x'] }), route('b', {})], []],
    ['one of two paths', [route('a', { path: ['/x'] }), route('b', { path: ['/x', '/y'] })], []],
    [
      'both of two paths',
      [route('a', { path: ['/y', '/x'] }), route('b', { path: ['/x', '/y'] })],
      ['b by a'],
    ],
    [
      'the earliest of two that cover',
      [route('a', { path: ['/**'] }), route('b', {}), route('c', { path: ['/x'] })],
      ['b by a', 'c by a'],
    ],
  ]
  for (const [name, routes, expected] of cases) {
    it(`reports [${expected.join(', ')}] for ${name}`, () =>
      expect(
        findShadowedRoutes(compile(routes)).map(
          ({ route: shadowed, by }) => `${shadowed.name} by ${by.name}`,
        ),
      ).toEqual([...expected]))
  }
  it('reports a route that an earlier one covers in another letter case only', () => {
    const upper = route('a', { path: ['/Users/**'] })
    const lower = route('b', { path: ['/users/*'] })
    const told = (routes: readonly RouteSettings[]) =>
      findShadowedRoutes(compile(routes)).map(({ by, byCaseAlone }) => [by.name, byCaseAlone])
    expect(told([upper, lower])).toEqual([['a', true]])
    expect(told([{ ...upper, caseSensitive: true }, lower])).toEqual([])
    expect(told([upper, route('c', { path: ['/Users/x'] })])).toEqual([['a', false]])
  })
  it('comes to an end with thousands of routes that match one sample and do not cover each other', () => {
    const routes = Array.from({ length: 20_000 }, (_, i) =>
      route(`r${i}`, { host: ['a.example', `h${i}.example`], path: ['/a'], method: [`M${i}`] }),
    )
    expect(findShadowedRoutes(compile(routes))).toEqual([])
  })
  it('names every one of thousands of equal routes but the first', () => {
    const routes = Array.from({ length: 20_000 }, (_, i) => route(`r${i}`, { path: ['/a'] }))
    expect(findShadowedRoutes(compile(routes))).toHaveLength(routes.length - 1)
  })
  it('never names a route that some request reaches', () =>
    fc.assert(
      fc.property(routeLists, fc.array(queries, { minLength: 5, maxLength: 20 }), (routes, asked) => {
        const table = compile(routes)
        const shadowed = new Set(findShadowedRoutes(table).map((found) => found.route.name))
        for (const query of asked) expect(shadowed).not.toContain(table.match(query)?.name ?? 'none')
      }),
      { numRuns: 2000 },
    ))
  it('names every route that a single earlier one covers part by part', () =>
    fc.assert(
      fc.property(routeLists, fc.nat(), (routes, pick) => {
        const copied = routes[pick % Math.max(routes.length, 1)]
        if (copied === undefined) return
        const again = { ...copied, name: 'again' }
        expect(findShadowedRoutes(compile([...routes, again])).map((found) => found.route.name)).toContain(
          'again',
        )
      }),
      { numRuns: 1000 },
    ))
})
