import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { compileRoutes } from '../../../src/policy/compile-routes.ts'
import { parseProtectedPath, parseRoutePath, slicePaths } from '../../../src/compat/goma/paths.ts'
import type { ProtectedPath } from '../../../src/compat/goma/paths.ts'

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

const OPEN = { host: [], method: [], access: { kind: 'public' } } as const

/** At or below, on whole segments. */
const isBelow = (path: string, asked: string): boolean =>
  asked === path || asked.startsWith(`${path.replace(/\/$/, '')}/`)

/** Without a final slash or `/*`. */
const bare = (text: string): string => text.replace(/\/\*?$/, '')

/**
 * What versions of Goma guard with an entry, written anew from what they were seen to do; where they search a text
 * anywhere in a path or take the beginning of a name, as far as it begins at the route or the root and on whole
 * segments.
 */
const READINGS: readonly ((route: string, text: string, asked: string) => boolean)[] = [
  // Up to 0.2.1: the beginning of the path.
  (route, text, asked) => isBelow(route + bare(text), asked),
  // 0.2.2 to 0.2.7: exact, or the beginning with `/*`.
  (route, text, asked) => (text.endsWith('/*') ? isBelow(route + bare(text), asked) : asked === route + text),
  // From 0.2.8 on: a regular expression of the whole path, or the same as before, also without the route.
  // `/x/` is taken as `/x`: servers treat them as one more often than not.
  (route, text, asked) => new RegExp(`^(?:${route})?${text.replace(/\/$/, '')}(?:$|(?<=/)|/)`).test(asked),
  (_, text, asked) => (text.endsWith('/*') ? isBelow(bare(text), asked) : asked === text),
  // Its documents: `*` is one segment, and everything below is covered.
  (route, text, asked) =>
    new RegExp(`^(?:${route})?${bare(text).replaceAll('*', '[^/]+')}(?:$|/)`).test(asked),
]

describe('the paths of a middleware', () => {
  const CASES: readonly (readonly [string, string, readonly string[], readonly (readonly string[])[]])[] = [
    [
      '`/x` is that path and everything below',
      '/api',
      ['/x'],
      [
        ['/api/x/**', '0'],
        ['/api/**', ''],
      ],
    ],
    [
      '`/x/` is the same',
      '/api',
      ['/x/'],
      [
        ['/api/x/**', '0'],
        ['/api/**', ''],
      ],
    ],
    [
      '`/x/*` is the same',
      '/api',
      ['/x/*'],
      [
        ['/api/x/**', '0'],
        ['/api/**', ''],
      ],
    ],
    ['`/*` is everything', '/api', ['/*'], [['/api/**', '0']]],
    ['`*` is everything', '/api', ['*'], [['/api/**', '0']]],
    ['`/` is everything', '/api', ['/'], [['/api/**', '0']]],
    [
      'of a route at `/` begin with one slash',
      '',
      ['/x'],
      [
        ['/x/**', '0'],
        ['/**', ''],
      ],
    ],
    ['of a route at `/` may be everything', '', ['/*'], [['/**', '0']]],
    [
      'count all, not only the first',
      '/api',
      ['/a', '/b/*'],
      [
        ['/api/a/** /api/b/**', '0'],
        ['/api/**', ''],
      ],
    ],
    [
      'may hold the path of the route',
      '/api',
      ['/API/admin'],
      [
        ['/api/API/admin/** /api/admin/**', '0'],
        ['/api/**', ''],
      ],
    ],
    ['may be the path of the route', '/api', ['/api'], [['/api/**', '0']]],
    ['may be a path above the route', '/api/v1', ['/api/*'], [['/api/v1/**', '0']]],
    [
      'may have `*` for one segment, or for none',
      '/t',
      ['/a/*/b/*'],
      [
        ['/t/a/*/b/** /t/a/b/**', '0'],
        ['/t/**', ''],
      ],
    ],
  ]
  for (const [what, route, paths, expected] of CASES)
    it(what, () => expect(slices(route, paths)).toEqual(expected))

  it('of several middlewares are cut apart where they overlap', () => {
    expect(slices('/api', ['/admin/*'], ['/*'], ['/admin/x'])).toEqual([
      ['/api/admin/x/**', '0 1 2'],
      ['/api/admin/**', '0 1'],
      ['/api/**', '1'],
    ])
  })

  it('that cross each other both apply where they meet', () => {
    const cut = slices('', ['/b/*/x'], ['/b/a/*']) ?? []
    expect(cut.filter(([, applying]) => applying === '0 1').map(([paths]) => paths)).toEqual(['/b/a/x/**'])
    expect(cut.at(-1)).toEqual(['/**', ''])
  })

  it('guard what any version of Goma guards at or below them, and nothing else', () => {
    const segment = fc.constantFrom('a', 'b', 'r', '*')
    const path = fc
      .tuple(fc.array(segment, { maxLength: 3 }), fc.constantFrom('', '/', '/*'))
      .map(([segments, end]) => `/${segments.join('/')}${end}`.replaceAll('//', '/'))
      .filter((text) => !text.includes('*/*/*'))
    const request = fc.array(fc.constantFrom('a', 'b', 'c', 'r', ''), { maxLength: 4 })
    const middlewares = fc.array(fc.array(path, { minLength: 1, maxLength: 3 }), { maxLength: 3 })
    fc.assert(
      fc.property(middlewares, request, (given, segments) => {
        const asked = `/r/${segments.join('/')}`
        if (asked.includes('//')) return
        const claims = given.map((paths) => paths.map((text) => protectedPath(text)))
        const cut = slicePaths('/r', claims) ?? []
        const routes = cut.map(({ paths }, i) => ({ ...OPEN, name: String(i), path: paths }))
        const found = compileRoutes(routes, new Map()).match({ method: 'GET', host: 'a', path: asked })
        const applying = given.flatMap((paths, i) =>
          paths.some((text) => READINGS.some((guards) => guards('/r', text, asked))) ? [i] : [],
        )
        expect(cut[Number(found?.name)]?.middlewares).toEqual(applying)
      }),
      { numRuns: 1000 },
    )
  })

  const BAD = [
    'x',
    '/x*',
    '/a*/b',
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

describe('a regular expression instead of a path', () => {
  for (const [text, hint] of [
    ['/v2/.*', 'write /v2/*'],
    ['^/v2/.*$', 'write /v2/*'],
    ['.*', 'write /*'],
    ['/.*', 'write /*'],
    ['/a/(b|c)/.*', 'write /path for it'],
    ['^/a$', 'write /path for it'],
  ] as const)
    it(`is answered with what to write: ${text}`, () => {
      const path = parseProtectedPath(text)
      expect(path.ok ? [] : path.error.hints).toEqual([expect.stringContaining(hint)])
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
    it(`is refused if it is not plain: ${JSON.stringify(text)}`, () => {
      const path = parseRoutePath(text)
      expect(path.ok ? path.value : path.error.code).toBe('ERR_CONFIG_PATH')
    })
})
