import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { compileRoutes } from '../../src/policy/compile-routes.ts'
import { parseProtectedPath, parseRoutePath, slicePaths } from '../../src/compat/goma-paths.ts'
import type { ProtectedPath } from '../../src/compat/goma-paths.ts'

function protectedPath(text: string): ProtectedPath {
  const path = parseProtectedPath(text)
  if (!path.ok) throw new Error(path.error.message)
  return path.value
}

const slices = (
  route: string,
  ...middlewares: readonly (readonly string[])[]
): readonly (readonly string[])[] | undefined =>
  slicePaths(
    route,
    middlewares.map((paths) => paths.map((path) => protectedPath(path))),
  )?.map(({ paths, middlewares: applying }) => [paths.join(' '), applying.join(' ')])

const OPEN = { hosts: [], methods: [], access: { kind: 'public' } } as const

/** What a path below `/r` is protected by, said in another way than in the code. */
function protects(text: string, asked: string): boolean {
  const isTree = text.endsWith('/*')
  const base = (isTree ? text.slice(0, -2) : text.replace(/\/$/, '')).replaceAll('*', '[^/]+')
  return new RegExp(`^/r${base}${isTree ? '(/.*)?' : '/?'}$`).test(asked)
}

describe('the paths of a middleware', () => {
  const CASES: readonly (readonly [string, string, readonly string[], readonly (readonly string[])[]])[] = [
    [
      '`/x` is that path, with or without a final slash',
      '/api',
      ['/x'],
      [
        ['/api/x/ /api/x', '0'],
        ['/api/**', ''],
      ],
    ],
    [
      '`/x/*` is that path and everything below',
      '/api',
      ['/x/*'],
      [
        ['/api/x/**', '0'],
        ['/api/**', ''],
      ],
    ],
    ['`/*` is everything', '/api', ['/*'], [['/api/**', '0']]],
    [
      '`/` is the path of the route',
      '/api',
      ['/'],
      [
        ['/api/ /api', '0'],
        ['/api/**', ''],
      ],
    ],
    [
      'of a route at `/` begin with one slash',
      '',
      ['/x'],
      [
        ['/x/ /x', '0'],
        ['/**', ''],
      ],
    ],
    [
      'of a route at `/` may be `/`',
      '',
      ['/'],
      [
        ['/', '0'],
        ['/**', ''],
      ],
    ],
    ['of a route at `/` may be everything', '', ['/*'], [['/**', '0']]],
    [
      'count all, not only the first',
      '/api',
      ['/a', '/b/*'],
      [
        ['/api/a/ /api/a /api/b/**', '0'],
        ['/api/**', ''],
      ],
    ],
    [
      'may have `*` for one segment',
      '/t',
      ['/*/api/*'],
      [
        ['/t/*/api/**', '0'],
        ['/t/**', ''],
      ],
    ],
  ]
  for (const [what, route, paths, expected] of CASES)
    it(what, () => expect(slices(route, paths)).toEqual(expected))

  it('of several middlewares are cut apart where they overlap', () => {
    expect(slices('/api', ['/admin/*'], ['/*'], ['/admin/x'])).toEqual([
      ['/api/admin/x/ /api/admin/x', '0 1 2'],
      ['/api/admin/**', '0 1'],
      ['/api/**', '1'],
    ])
  })

  it('that cross each other both apply where they meet', () => {
    const cut = slices('', ['/*/x'], ['/a/*']) ?? []
    expect(cut.filter(([, applying]) => applying === '0 1').map(([paths]) => paths)).toEqual([
      '/a/x/',
      '/a/x',
    ])
    expect(cut.at(-1)).toEqual(['/**', ''])
  })

  it('are cut so that the first slice that matches names exactly the middlewares that apply', () => {
    const segment = fc.constantFrom('a', 'b', '*')
    const path = fc
      .tuple(fc.array(segment, { maxLength: 3 }), fc.boolean())
      .map(([segments, isTree]) => `/${segments.join('/')}${isTree ? '/*' : ''}`.replace('//', '/'))
    const request = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 4 })
    const middlewares = fc.array(fc.array(path, { minLength: 1, maxLength: 3 }), { maxLength: 3 })
    fc.assert(
      fc.property(middlewares, request, (given, segments) => {
        const asked = `/r/${segments.join('/')}`
        if (asked.includes('//')) return
        const claims = given.map((paths) => paths.map((text) => protectedPath(text)))
        const cut = slicePaths('/r', claims) ?? []
        const routes = cut.map(({ paths }, i) => ({ ...OPEN, name: String(i), paths }))
        const found = compileRoutes(routes, new Map()).match({ method: 'GET', host: 'a', path: asked })
        const applying = given.flatMap((paths, i) => (paths.some((text) => protects(text, asked)) ? [i] : []))
        expect(cut[Number(found?.name)]?.middlewares).toEqual(applying)
      }),
      { numRuns: 500 },
    )
  })

  const BAD = [
    'x',
    '*',
    '/x*',
    '/a/**',
    '/a/**/b',
    '^/admin/.*$',
    '/v(',
    '/v2/.*',
    '/u/[0-9]+',
    '/a|/b',
    '//a',
    '/a/../b',
    '/%61',
    '/a;b',
    '',
  ]
  for (const text of BAD)
    it(`that could be read in two ways are refused: ${JSON.stringify(text)}`, () => {
      const path = parseProtectedPath(text)
      expect(path.ok ? path.value : path.error.code).toBe('ERR_CONFIG_PATH')
    })
})

describe('the path of a route', () => {
  for (const [text, base] of [
    ['/', ''],
    ['/*', ''],
    ['/api', '/api'],
    ['/api/', '/api'],
    ['/api/*', '/api'],
  ] as const)
    it(`is everything at and below it: ${text}`, () =>
      expect(parseRoutePath(text)).toEqual({ ok: true, value: base }))

  for (const text of ['', 'api', '/a/*/b', '/{id}', '/a//b', '/a*'])
    it(`is refused where it is not plain: ${JSON.stringify(text)}`, () => {
      const path = parseRoutePath(text)
      expect(path.ok ? path.value : path.error.code).toBe('ERR_CONFIG_PATH')
    })
})
