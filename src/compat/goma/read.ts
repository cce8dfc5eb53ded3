/** A configuration of Goma → settings, or what is wrong with it. */
import { dirname, resolve } from 'node:path'
import { fromPointer, toPointer } from '../../config/json-pointer.ts'
import { readSettings } from '../../config/read-settings.ts'
import type { Settings } from '../../settings/definition.ts'
import type { SourceDocument } from '../../config/source-document.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { toLocatedProblems } from '../../config/schema-problems.ts'
import type { LocatedProblem } from '../../settings/problem.ts'
import { translateCors } from './cors.ts'
import { checkExtra } from './files/include.ts'
import { checkErrorPages, interceptedStatuses } from './error-pages.ts'
import { checkKeys } from './noted-keys.ts'
import { translateListeners } from './listeners.ts'
import { readMiddlewares } from './middlewares/middlewares.ts'
import type { Middleware } from './middlewares/middlewares.ts'
import { warnOfEmptyGuards } from './files/nulls.ts'
import { warnOfPublicPaths } from './public-paths.ts'
import { checkReferences } from './references.ts'
import { translateRoutes, unknownMiddleware } from './routes.ts'
import {
  BACKEND_NOTES,
  ENTRY_POINT_NOTES,
  FORWARDS_NOTES,
  GATEWAY_NOTES,
  PROXY_NOTES,
  ROUTE_NOTES,
  ROUTE_TLS_NOTES,
  PROVIDER_ALONE_NOTES,
  PROVIDER_NOTES,
  SECURITY_NOTES,
  SECURITY_TLS_NOTES,
  TLS_NOTES,
  TOP_NOTES,
} from './notes.ts'
import { GomaSchema } from './schema.ts'
import type { GomaConfig } from './schema.ts'

/** What became of a document. */
export interface ReadGoma {
  /** Undefined with an error among the problems. */
  readonly settings: Settings | undefined
  /** By their pointers in the document, further files included. */
  readonly problems: readonly LocatedProblem[]
  readonly origins: ReadonlyMap<string, string>
}

/** @param root The value of the document, without keys that have none; or that value with something taken out. */
export function readGoma(
  document: SourceDocument,
  root: unknown,
  supportedAlgorithms: ReadonlySet<Algorithm>,
): ReadGoma {
  const references = checkReferences(root)
  // What is not filled in is not judged by what is written in its place.
  const withReferences = (found: readonly LocatedProblem[]): readonly LocatedProblem[] => [
    ...references,
    ...found.filter(({ pointer }) => !references.some((reference) => reference.pointer === pointer)),
  ]
  const read = GomaSchema.safeParse(root)
  if (!read.success) {
    const problems = withReferences(toLocatedProblems(read.error.issues, root))
    return { settings: undefined, problems, origins: new Map() }
  }
  const { value, origins, problems: translated } = translate(read.data, root)
  const problems = withReferences([...translated, ...warnOfEmptyGuards(document.value)])
  if (problems.some(({ problem }) => problem.code.startsWith('ERR_')))
    return { settings: undefined, problems, origins }
  const native = readSettings(value, { supportedAlgorithms, directory: dirname(resolve(document.file)) })
  const found = native.problems.map((problem) => backToSource(problem, origins))
  return { settings: native.settings, problems: withoutRepeats([...problems, ...found]), origins }
}

interface Translated {
  /** Value of a `warder.yaml`. */
  readonly value: Readonly<Record<string, unknown>>
  readonly origins: ReadonlyMap<string, string>
  readonly problems: readonly LocatedProblem[]
}

function translate(config: GomaConfig, root: unknown): Translated {
  const { gateway, middlewares = [] } = config
  const { known, problems: broken } = readMiddlewares(middlewares, root)
  const names = new Set(middlewares.map(({ name }) => name))
  const written = gateway.routes ?? []
  const places = defaultPlaces(config)
  const defaults = places.map(({ name }) => name)
  const cors = translateCors(gateway.cors, '/gateway/cors')
  const listeners = translateListeners(config)
  const {
    routes,
    upstreams,
    problems: wrong,
  } = translateRoutes(written, {
    middlewares: { known, names, defaults },
    cors,
    interceptErrors: [...(gateway.interceptErrors ?? []), ...interceptedStatuses(gateway.errorInterceptor)],
  })
  const used = new Set([
    ...defaults,
    ...written.flatMap((route) => (route.middlewares ?? []).filter((name) => typeof name === 'string')),
  ])
  const problems = [
    ...checkAllKeys(config),
    ...checkExtra(config),
    ...checkErrorPages(gateway.errorInterceptor, ['gateway', 'errorInterceptor']),
    ...(routes.length === 0 ? [NO_ROUTES] : []),
    ...listeners.problems,
    ...cors.problems,
    ...broken,
    ...places.flatMap(({ name, pointer }): readonly LocatedProblem[] =>
      names.has(name) ? [] : [{ pointer, problem: unknownMiddleware(name, names) }],
    ),
    ...wrong,
    ...warnOfPublicPaths(routes),
    ...middlewares.flatMap(({ name }, i): readonly LocatedProblem[] => (used.has(name) ? [] : [unused(i)])),
  ]
  const origins = new Map(listeners.origins)
  routes.forEach(({ pointer, judges = [], cors: places = {} }, i) => {
    origins.set(`routes/${i}`, pointer)
    for (const [key, place] of Object.entries(places)) origins.set(`routes/${i}/cors/${key}`, place)
    judges.forEach((middleware, j) => {
      const at = judges.length === 1 ? `routes/${i}` : `routes/${i}/all_of/${j}`
      const { judge } = middleware
      if (judge.kind !== 'forward_auth' && judge.kind !== 'basic_auth')
        return void origins.set(at, judges.length === 1 ? pointer : `${middleware.pointer}/rule`)
      origins.set(`${at}/${judge.kind}`, `${middleware.pointer}/rule`)
      for (const [key, origin] of Object.entries(judge.origins))
        origins.set(`${at}/${judge.kind}/${key}`, `${middleware.pointer}/${origin}`)
      return undefined
    })
  })
  for (const [name, { pointer }] of upstreams) origins.set(`upstreams/${name}`, pointer)
  const policies = usedPolicies(known, used)
  policies.forEach(({ name, pointer }, i) => {
    origins.set(`issuers/${i}`, `${pointer}/rule`).set(`policies/${name}`, `${pointer}/rule`)
    for (const [key, origin] of Object.entries(ISSUER_KEYS))
      origins.set(`issuers/${i}/${key}`, `${pointer}/rule/${origin}`)
    origins.set(`policies/${name}/claims`, `${pointer}/rule/claimsExpression`)
  })
  const value = {
    version: 1,
    ...(policies.length === 0 ? {} : { issuers: policies.map(({ issuer }) => issuer) }),
    ...(policies.length === 0
      ? {}
      : { policies: Object.fromEntries(policies.map(({ name, policy }) => [name, policy])) }),
    routes: routes.length === 0 ? [CLOSED] : routes.map((route) => route.value),
    upstreams: Object.fromEntries([...upstreams].map(([name, upstream]) => [name, upstream.value])),
    listen: { gateway: listeners.value },
  }
  return { value, origins, problems }
}

/** Without routes a warder.yaml lets every valid token in; Goma answers nothing but 404. */
const CLOSED = { name: 'no-routes', match: { path: '/**' }, access: 'deny' }
const NO_ROUTES: LocatedProblem = {
  pointer: '/gateway',
  atKey: true,
  problem: {
    code: 'WARN_COMPAT_NO_ROUTES',
    message: 'there are no routes, so that every request is denied',
    hints: ['write them into `gateway.routes`, or into files of the directory of `extraConfig`'],
  },
}

/** Middlewares of every route: at the top level from 0.4.6 to 0.5.0. */
const defaultPlaces = ({ gateway, defaults }: GomaConfig): readonly { name: string; pointer: string }[] => [
  ...(defaults?.middlewares ?? []).map((name, i) => ({ name, pointer: `/defaults/middlewares/${i}` })),
  ...(gateway.defaults?.middlewares ?? []).map((name, i) => ({
    name,
    pointer: `/gateway/defaults/middlewares/${i}`,
  })),
]

/** Keys of an issuer that have another name in Goma. */
const ISSUER_KEYS: Readonly<Record<string, string>> = {
  'keys/jwks_url': 'jwksUrl',
  'keys/jwks_file': 'jwksFile',
  'keys/jwks': 'jwksFile',
  'keys/pem_file': 'publicKey',
  'keys/pem': 'publicKey',
  'keys/secret': 'secret',
}

interface UsedPolicy {
  readonly name: string
  readonly pointer: string
  readonly issuer: unknown
  readonly policy: unknown
}

const usedPolicies = (known: readonly Middleware[], used: ReadonlySet<string>): readonly UsedPolicy[] =>
  known.flatMap(({ name, pointer, judge }) =>
    judge.kind === 'policy' && used.has(name)
      ? [{ name: judge.name, pointer, issuer: judge.issuer, policy: judge.policy }]
      : [],
  )

function checkAllKeys(config: GomaConfig): readonly LocatedProblem[] {
  const { gateway } = config
  return [
    ...checkKeys(config, [], TOP_NOTES),
    ...checkKeys(gateway, ['gateway'], GATEWAY_NOTES),
    ...checkProviders(gateway),
    ...checkKeys(gateway.entryPoints ?? {}, ['gateway', 'entryPoints'], ENTRY_POINT_NOTES),
    ...(['web', 'webSecure'] as const).flatMap((name) =>
      checkKeys(gateway.entryPoints?.[name] ?? {}, ['gateway', 'entryPoints', name], FORWARDS_NOTES),
    ),
    ...checkKeys(gateway.tls ?? {}, ['gateway', 'tls'], TLS_NOTES),
    ...(gateway.proxy?.enabled === false
      ? []
      : checkKeys(gateway.proxy ?? {}, ['gateway', 'proxy'], PROXY_NOTES)),
    ...(gateway.routes ?? []).flatMap((route, i) => {
      const path = ['gateway', 'routes', i]
      return [
        ...checkKeys(route, path, ROUTE_NOTES),
        ...checkErrorPages(route.errorInterceptor, [...path, 'errorInterceptor']),
        ...checkKeys(route.security ?? {}, [...path, 'security'], SECURITY_NOTES),
        ...checkKeys(route.tls ?? {}, [...path, 'tls'], ROUTE_TLS_NOTES),
        ...checkKeys(route.security?.tls ?? {}, [...path, 'security', 'tls'], SECURITY_TLS_NOTES),
        ...(route.backends ?? []).flatMap((backend, j) =>
          !('url' in backend) ? checkKeys({ ...backend }, [...path, 'backends', j], BACKEND_NOTES) : [],
        ),
      ]
    }),
  ]
}

/**
 * Routes that come from elsewhere take paths, and guards, away from those that are written here: without them a path
 * could reach an open route of this file. Where there is none, everything is denied anyway.
 */
const checkProviders = (gateway: GomaConfig['gateway']): readonly LocatedProblem[] =>
  checkKeys(gateway, ['gateway'], (gateway.routes ?? []).length > 0 ? PROVIDER_NOTES : PROVIDER_ALONE_NOTES)

const unused = (i: number): LocatedProblem => ({
  pointer: `/middlewares/${i}/name`,
  problem: {
    code: 'WARN_COMPAT_UNUSED_MIDDLEWARE',
    message: 'no route names this middleware, so that it protects nothing',
    hints: ['name it in `middlewares` of a route'],
  },
})

/** Maps problems of the translation back to their place in the file; the longest known beginning decides. */
function backToSource(found: LocatedProblem, origins: ReadonlyMap<string, string>): LocatedProblem {
  const segments = fromPointer(found.pointer)
  for (let length = segments.length; length > 0; length--) {
    const origin = origins.get(segments.slice(0, length).join('/'))
    if (origin !== undefined)
      return {
        problem: inWordsOfGoma(found),
        pointer: origin + toPointer(segments.slice(length)),
        atKey: false,
      }
  }
  return { ...found, pointer: '', atKey: false }
}

/** There is no setting to remove. */
const inWordsOfGoma = ({ problem }: LocatedProblem): LocatedProblem['problem'] =>
  problem.code === 'WARN_CONFIG_SECRET_SHORT'
    ? { ...problem, hints: ['make a longer one: `openssl rand -hex 32` (RFC 7518 §3.2)'] }
    : problem

/** A rule that judges several routes is wrong once. */
const withoutRepeats = (found: readonly LocatedProblem[]): readonly LocatedProblem[] => [
  ...new Map(found.map((one) => [`${one.pointer} ${one.problem.code} ${one.problem.message}`, one])).values(),
]
