/** Goma's routes → native routes and upstreams. */
import { toName, uniqueName } from '../../settings/default-names.ts'
import { mistake, type Problem } from '../../settings/problem.ts'
import { withoutEmpty, type NativeValue, type Report } from '../read-foreign.ts'
import { quoted } from '../../printable.ts'
import { suggestion } from '../../suggest.ts'
import { translateCors, type TranslatedCors } from './cors.ts'
import { isOff, unsupported } from './noted-keys.ts'
import { limitOf, smallestLimits, sortLimits, reportTornLimits } from './limits.ts'
import type { Middleware } from './middlewares/middlewares.ts'
import { INLINE_HINT } from './notes.ts'
import { slicePaths, type Slice } from './paths.ts'
import type { GomaRoute } from './schema.ts'
import { translateUpstream } from './upstreams.ts'

/** Part of a `warder.yaml`, and where it comes from. */
export interface Made {
  readonly value: NativeValue
  readonly pointer: string
  /** Who judges, in order, where that is written elsewhere. */
  readonly judges?: readonly Middleware[]
  /** Key of its `cors` → where that is written. */
  readonly cors?: TranslatedCors['origins']
}

export interface RouteParts {
  readonly routes: readonly Made[]
  readonly upstreams: ReadonlyMap<string, Made>
}

export interface NamedMiddlewares {
  readonly known: readonly Middleware[]
  /** Names as written, of broken ones too, so that one mistake is not reported as two. */
  readonly names: ReadonlySet<string>
  /** Of every route, before its own. */
  readonly defaults: readonly string[]
}

/** What the gateway says for all routes. */
export interface ForAllRoutes {
  readonly middlewares: NamedMiddlewares
  /** For routes without one. */
  readonly cors: TranslatedCors
  /** Beside those of the route. */
  readonly interceptErrors: readonly number[]
  readonly report: Report
}

/** Longest paths first, as in Goma; of equal ones those for certain hosts, then the first. */
export function translateRoutes(routes: readonly GomaRoute[], forAll: ForAllRoutes): RouteParts {
  const made: Made[] = []
  const upstreams = new Map<string, Made>()
  const taken = new Set<string>()
  const seen = new Set<string>()
  const inOrder = routes
    .map((route, i) => ({ route, i }))
    .filter(({ route }) => route.enabled !== false && route.disabled !== true)
    .sort(
      (a, b) =>
        depth(b.route) - depth(a.route) || Number(isForAnyHost(a.route)) - Number(isForAnyHost(b.route)),
    )
  for (const { route, i } of inOrder) {
    const pointer = `/gateway/routes/${i}`
    const { name: given = '' } = route
    if (given !== '' && seen.has(given)) {
      const message = `the route ${quoted(given)} already exists`
      forAll.report(`${pointer}/name`, mistake('ERR_CONFIG_DUPLICATE_NAME', message))
    }
    seen.add(given)
    const name = uniqueName(toName(given, `route-${i + 1}`), taken)
    const found = translateRoute(route, pointer, name, forAll, taken)
    made.push(...found.routes.map((route) => ({ ...route, pointer })))
    upstreams.set(name, { value: found.upstream, pointer })
  }
  return { routes: made, upstreams }
}

const depth = ({ path }: GomaRoute): number => path.split('/').length
/** `host` in the oldest versions. */
const hostsOf = ({ hosts = [], host }: GomaRoute): readonly string[] =>
  host === undefined ? hosts : [host, ...hosts]
const isForAnyHost = (route: GomaRoute): boolean => hostsOf(route).length === 0

interface OneRoute {
  readonly routes: readonly Omit<Made, 'pointer'>[]
  readonly upstream: NativeValue
}

function translateRoute(
  route: GomaRoute,
  pointer: string,
  name: string,
  forAll: ForAllRoutes,
  taken: Set<string>,
): OneRoute {
  const { report } = forAll
  const all = findMiddlewares(route, pointer, forAll.middlewares, report)
  const limits = sortLimits(route.rateLimit ?? 0, all)
  const own = all.filter((one) => one.judge.kind !== 'rate_limit' || limits.ofParts.includes(one))
  const guarded = own.map(({ paths }) => paths)
  const slices = slicePaths(route.path, guarded)
  const ofRoute = { limits: limits.ofWhole, interceptErrors: forAll.interceptErrors }
  const upstream = translateUpstream(route, pointer, all, ofRoute, report)
  const ownCors = translateCors(route.cors, `${pointer}/cors`, report)
  const cors = ownCors.value === undefined ? forAll.cors : ownCors
  if (slices === undefined) {
    const message = 'the paths of these middlewares overlap in too many ways'
    report(`${pointer}/middlewares`, unsupported(message, 'write fewer wildcards'))
    return { routes: [], upstream }
  }
  reportTornLimits(slices, own, `${pointer}/middlewares`, report)
  const routes = slices.map((slice): Omit<Made, 'pointer'> => {
    const applying = slice.middlewares.flatMap((i) => own[i] ?? [])
    const judges = applying.filter(({ judge }) => judge.kind !== 'rate_limit')
    const suffix = applying.map((middleware) => toName(middleware.name, 'guarded')).join('.')
    const value = withoutEmpty({
      name: applying.length === 0 ? name : uniqueName(`${name}-${suffix}`.slice(0, 60), taken),
      match: matchOf(route, slice, route.methods),
      ...answerOf(judges, {
        upstream: name,
        ...rewriteOf(route),
        cors: cors.value,
        rate_limit: smallestLimits(applying.flatMap(limitOf)),
      }),
    })
    return { value, judges, cors: cors.origins }
  })
  const others = otherMethods(route, slices, name, taken).map((value) => ({ value }))
  return { routes: [...routes, ...others], upstream }
}

/** Requests with another method belong to this route too: they must not reach a shorter one. */
function otherMethods(
  route: GomaRoute,
  slices: readonly Slice[],
  name: string,
  taken: Set<string>,
): readonly NativeValue[] {
  if ((route.methods ?? []).length === 0) return []
  const all = slices.slice(-1)
  return all.map((slice) => ({
    name: uniqueName(`${name.slice(0, 46)}-other-methods`, taken),
    match: matchOf(route, { ...slice, paths: [`${route.path}/**`] }, undefined),
    access: 'deny',
  }))
}

function matchOf(route: GomaRoute, { paths }: Slice, methods: readonly string[] | undefined): NativeValue {
  return withoutEmpty({ host: hostsOf(route), path: paths, method: methods })
}

/** Every middleware that a route names. One that is unknown or broken is a problem, never an open route. */
function findMiddlewares(
  route: GomaRoute,
  pointer: string,
  { known, names, defaults }: NamedMiddlewares,
  report: Report,
): readonly Middleware[] {
  const written = (route.middlewares ?? []).flatMap((name) => (typeof name === 'string' ? [name] : []))
  route.middlewares?.forEach((name, i) => {
    const at = `${pointer}/middlewares/${i}`
    if (typeof name !== 'string') {
      const key = (['path', 'rules', 'http'] as const).find((one) => !isOff(name[one]))
      const what = key === undefined ? 'a middleware without a name' : `\`${key}\``
      const problem = unsupported(`${what} is not supported`, INLINE_HINT)
      if (key === undefined) report(at, problem)
      else report(`${at}/${key}`, problem, 'at key')
    } else if (!names.has(name)) report(at, unknownMiddleware(name, names))
  })
  const all = [...new Set([...defaults, ...written])]
  return all.flatMap((name) => known.find((middleware) => middleware.name === name) ?? [])
}

export function unknownMiddleware(name: string, names: ReadonlySet<string>): Problem {
  return {
    code: 'ERR_COMPAT_UNKNOWN_MIDDLEWARE',
    message: `there is no middleware ${quoted(name)}`,
    ...suggestion(name, names),
    hints: [names.size === 0 ? 'there are no middlewares' : `known: ${[...names].slice(0, 20).join(', ')}`],
  }
}

/** The judges of a part, in the written order. If one of them denies everything, the others are not asked. */
function answerOf(applying: readonly Middleware[], served: NativeValue): NativeValue {
  if (applying.some(({ judge }) => judge.kind === 'deny')) return { access: 'deny' }
  const judges = applying.map(judgeOf)
  const [first] = judges
  if (first === undefined) return { access: 'public', ...served }
  return { ...(judges.length === 1 ? first : { all_of: judges }), ...served }
}

function judgeOf({ judge }: Middleware): NativeValue {
  switch (judge.kind) {
    case 'policy':
      return { policy: judge.name }
    case 'forward_auth':
    case 'basic_auth':
      return { [judge.kind]: judge.value }
    case 'deny':
    case 'rate_limit':
      return { access: 'deny' }
  }
}

/** In Goma a rewrite takes the place of the route's path; of `/` there is nothing to take away. */
function rewriteOf({ path, rewrite = '' }: GomaRoute): NativeValue {
  if (rewrite === '' || rewrite === (path === '' ? '/' : path)) return {}
  return { strip_prefix: path, add_prefix: rewrite === '/' ? '' : rewrite }
}
