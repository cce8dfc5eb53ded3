/** Routes matched one after another, each part by part: slow, obvious, and written without a look at the index. */
import fc from 'fast-check'
import type { RouteQuery } from '../../src/policy/compile-routes.ts'
import type { RouteSettings } from '../../src/settings/route/definition.ts'

export const firstMatch = (routes: readonly RouteSettings[], query: RouteQuery): RouteSettings | undefined =>
  routes.find((route) => matchesRoute(route, query))

export const matchesRoute = (
  { host: hosts, path: patterns, method: methods }: RouteSettings,
  { host, path, method }: RouteQuery,
): boolean =>
  isAnyOf(methods, (one) => one === method) &&
  isAnyOf(hosts, (one) => matchesHost(one, host)) &&
  isAnyOf(patterns, (one) => matchesPath(one, path))

/** An empty list asks for nothing. */
const isAnyOf = (wanted: readonly string[], test: (one: string) => boolean): boolean =>
  wanted.length === 0 || wanted.some(test)

export const matchesHost = (pattern: string, host: string): boolean =>
  pattern.startsWith('*.')
    ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1
    : host === pattern

/** The pattern as a regular expression. */
export function matchesPath(pattern: string, path: string): boolean {
  const isTree = pattern.endsWith('/**')
  const body = isTree ? pattern.slice(0, -3) : pattern
  const source = body
    .split('/')
    .map((segment) => (segment === '*' ? '[^/]+' : segment.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)))
    .join('/')
  return new RegExp(`^${source}${isTree ? '(?:/.*)?' : ''}$`, 's').test(path)
}

// Few names, so that random requests hit random routes.
const segment = fc.constantFrom('a', 'b', 'a.b', 'ab')
const segments = fc.array(segment, { maxLength: 3 })
const end = fc.constantFrom('', '', '/')
const toPath = (parts: readonly string[], last: string): string =>
  `/${parts.join('/')}${parts.length === 0 ? '' : last}`

export const paths = fc.tuple(segments, end).map(([parts, last]) => toPath(parts, last))
export const pathPatterns = fc
  .tuple(fc.array(fc.oneof(segment, fc.constant('*')), { maxLength: 3 }), fc.constantFrom('', '', '/', '/**'))
  .map(([parts, last]) =>
    last === '/**' ? `${toPath(parts, '')}/**`.replace('//', '/') : toPath(parts, last),
  )

const methods = fc.constantFrom('GET', 'POST', 'PUT')
const hosts = fc.constantFrom('a.example', 'b.a.example', 'c.b.a.example', 'other', 'example')
const hostPatterns = fc.oneof(hosts, fc.constantFrom('*.example', '*.a.example', '*.b.a.example'))

export const queries: fc.Arbitrary<RouteQuery> = fc.record({ method: methods, host: hosts, path: paths })

export const routeLists: fc.Arbitrary<readonly RouteSettings[]> = fc
  .array(
    fc.record({
      host: fc.array(hostPatterns, { maxLength: 2 }),
      path: fc.array(pathPatterns, { maxLength: 2 }),
      method: fc.array(methods, { maxLength: 2 }),
    }),
    { maxLength: 8 },
  )
  .map((routes) =>
    routes.map((route, index) => ({ ...route, name: `r${index}`, access: { kind: 'public' as const } })),
  )
