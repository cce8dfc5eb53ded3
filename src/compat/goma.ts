/** Configurations of Goma Gateway, read as they are. What Goma leaves open on a mistake is refused here. */
import { dirname, resolve } from 'node:path'
import { locateIn } from '../config/locate-problem.ts'
import type { ForeignFormat } from '../config/foreign-format.ts'
import { fromPointer, toPointer } from '../config/json-pointer.ts'
import { readSettings } from '../config/read-settings.ts'
import { toLocatedProblems } from '../config/schema-problems.ts'
import type { LocatedProblem } from '../config/schema-problems.ts'
import { err, ok } from '../result.ts'
import { translateCors } from './goma-cors.ts'
import { checkExtra, includeExtraFiles } from './goma-extra.ts'
import { checkKeys } from './goma-keys.ts'
import { translateListeners } from './goma-listen.ts'
import { readMiddlewares } from './goma-middlewares.ts'
import type { Middleware } from './goma-middlewares.ts'
import { warnOfPublicPaths } from './goma-public.ts'
import { translateRoutes, unknownMiddleware } from './goma-routes.ts'
import {
  BACKEND_NOTES,
  ENTRY_POINT_NOTES,
  GATEWAY_NOTES,
  PROXY_NOTES,
  ROUTE_NOTES,
  SECURITY_NOTES,
  TLS_NOTES,
  TOP_NOTES,
} from './goma-notes.ts'
import { GomaSchema } from './goma-schema.ts'
import type { GomaConfig } from './goma-schema.ts'

const OWN_KEYS = ['issuers', 'policies', 'routes', 'upstreams', 'listen', 'endpoints', 'token_sources']

/** Goma's own `version` says nothing: it is a number that was never looked at. */
export const gomaFormat: ForeignFormat = {
  format: 'goma',
  detects: (value) =>
    !OWN_KEYS.some((key) => Object.hasOwn(value, key)) &&
    ['gateway', 'middlewares'].some((key) => Object.hasOwn(value, key)),
  include: includeExtraFiles,
  translate(document, supportedAlgorithms) {
    const locate = locateIn(document)
    const read = GomaSchema.safeParse(document.value)
    if (!read.success) return err(toLocatedProblems(read.error.issues, document.value).map(locate))
    const { value, origins, problems } = translate(read.data, document.value)
    if (problems.some(({ problem }) => problem.code.startsWith('ERR_'))) return err(problems.map(locate))
    const native = readSettings(value, { supportedAlgorithms, directory: dirname(resolve(document.file)) })
    const found = withoutRepeats([
      ...problems,
      ...native.problems.map((problem) => backToSource(problem, origins)),
    ]).map(locate)
    return native.settings === undefined
      ? err(found)
      : ok({ settings: native.settings, warnings: found, origins })
  },
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
  const defaults = gateway.defaults?.middlewares ?? []
  const cors = translateCors(gateway.cors, '/gateway/cors')
  const listeners = translateListeners(config)
  const {
    routes,
    upstreams,
    problems: wrong,
  } = translateRoutes(gateway.routes, {
    middlewares: { known, names, defaults },
    cors,
    interceptErrors: gateway.interceptErrors ?? [],
  })
  const used = new Set([...defaults, ...gateway.routes.flatMap((route) => route.middlewares ?? [])])
  const problems = [
    ...checkAllKeys(config),
    ...checkExtra(config),
    ...listeners.problems,
    ...cors.problems,
    ...broken,
    ...defaults.flatMap((name, i): readonly LocatedProblem[] =>
      names.has(name)
        ? []
        : [{ pointer: `/gateway/defaults/middlewares/${i}`, problem: unknownMiddleware(name, names) }],
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
    routes: routes.map((route) => route.value),
    upstreams: Object.fromEntries([...upstreams].map(([name, upstream]) => [name, upstream.value])),
    listen: { gateway: listeners.value },
  }
  return { value, origins, problems }
}

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
    ...checkKeys(gateway.entryPoints ?? {}, ['gateway', 'entryPoints'], ENTRY_POINT_NOTES),
    ...checkKeys(gateway.tls ?? {}, ['gateway', 'tls'], TLS_NOTES),
    ...checkKeys(gateway.proxy ?? {}, ['gateway', 'proxy'], PROXY_NOTES),
    ...gateway.routes.flatMap((route, i) => {
      const path = ['gateway', 'routes', i]
      return [
        ...checkKeys(route, path, ROUTE_NOTES),
        ...checkKeys(route.security ?? {}, [...path, 'security'], SECURITY_NOTES),
        ...(route.backends ?? []).flatMap((backend, j) =>
          'endpoint' in backend ? checkKeys({ ...backend }, [...path, 'backends', j], BACKEND_NOTES) : [],
        ),
      ]
    }),
  ]
}

const unused = (i: number): LocatedProblem => ({
  pointer: `/middlewares/${i}/name`,
  problem: {
    code: 'WARN_COMPAT_UNUSED_MIDDLEWARE',
    message: 'no route names this middleware, so that it protects nothing',
    hints: ['name it in `middlewares` of a route'],
  },
})

/** Leads what was found in the translation back to where it was written; the longest known beginning decides. */
function backToSource(found: LocatedProblem, origins: ReadonlyMap<string, string>): LocatedProblem {
  const segments = fromPointer(found.pointer)
  for (let length = segments.length; length > 0; length--) {
    const origin = origins.get(segments.slice(0, length).join('/'))
    if (origin !== undefined)
      return { ...found, pointer: origin + toPointer(segments.slice(length)), atKey: false }
  }
  return { ...found, pointer: '', atKey: false }
}

/** A rule that judges several routes is wrong once. */
const withoutRepeats = (found: readonly LocatedProblem[]): readonly LocatedProblem[] => [
  ...new Map(found.map((one) => [`${one.pointer} ${one.problem.code} ${one.problem.message}`, one])).values(),
]
