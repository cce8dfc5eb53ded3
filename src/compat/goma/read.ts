/** A configuration of Goma → settings, or what is wrong with it. */
import type { SourceDocument } from '../../config/source-document.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { toLocatedProblems } from '../../settings/read/schema-problems.ts'
import { mistake, type LocatedProblem } from '../../settings/problem.ts'
import {
  createReport,
  isError,
  readTranslated,
  withoutEmpty,
  type InOwnWords,
  type ReadForeign,
  type Translated,
  type Report,
} from '../read-foreign.ts'
import { translateCors } from './cors.ts'
import { checkExtra } from './files/include.ts'
import { interceptedStatuses } from './error-pages.ts'
import { translateListeners } from './listeners.ts'
import type { Judge } from './middlewares/judges.ts'
import { readMiddlewares, type Middleware } from './middlewares/middlewares.ts'
import { reportEmptyGuards } from './files/yaml-values.ts'
import { reportPublicPaths } from './public-paths.ts'
import { reportReferences } from './references.ts'
import { translateRoutes, unknownMiddleware, type Made } from './routes.ts'
import { reportNoted, withoutEffect } from './noted-keys.ts'
import { PROVIDERS_HINT } from './notes.ts'
import { GomaSchema, type GomaConfig } from './schema.ts'

/** @param root The value of the document, without keys that have none; or that value with something taken out. */
export function readGoma(
  document: SourceDocument,
  root: unknown,
  supportedAlgorithms: ReadonlySet<Algorithm>,
): ReadForeign {
  const { problems: references, report: reportReference } = createReport()
  reportReferences(root, [], reportReference)
  // What is not filled in is not judged by what is written in its place.
  const withReferences = (found: readonly LocatedProblem[]): readonly LocatedProblem[] => [
    ...references,
    ...found.filter(({ pointer }) => !references.some((reference) => reference.pointer === pointer)),
  ]
  const refused = (found: readonly LocatedProblem[]): ReadForeign => ({
    settings: undefined,
    problems: withReferences(found),
    origins: new Map(),
  })
  const read = GomaSchema.safeParse(root)
  if (!read.success) return refused(toLocatedProblems(read.error.issues, root))
  const { problems: found, report } = createReport()
  const translated = translate(read.data, root, report)
  reportEmptyGuards(document.value, [], report)
  // What could not be translated is missing from the value, which is then wrong in other ways.
  if ([...references, ...found].some(isError)) return refused(found)
  const whole = { ...translated, problems: withReferences(found) }
  return readTranslated(whole, document, supportedAlgorithms, inWordsOfGoma)
}

function translate(config: GomaConfig, root: unknown, report: Report): Omit<Translated, 'problems'> {
  const { gateway, middlewares = [] } = config
  reportNotedKeys(config, report)
  checkExtra(config, report)
  const listeners = translateListeners(config, report)
  const cors = translateCors(gateway.cors, '/gateway/cors', report)
  const known = readMiddlewares(middlewares, root, report)
  const places = defaultPlaces(config)
  const names = new Set(middlewares.map(({ name }) => name))
  for (const { name, pointer } of places)
    if (!names.has(name)) report(pointer, unknownMiddleware(name, names))
  const { routes, upstreams } = translateRoutes(gateway.routes ?? [], {
    middlewares: { known, names, defaults: places.map(({ name }) => name) },
    cors,
    interceptErrors: [...(gateway.interceptErrors ?? []), ...interceptedStatuses(gateway.errorInterceptor)],
    report,
  })
  if (routes.length === 0) report('/gateway', NO_ROUTES, 'at key')
  reportPublicPaths(routes, report)
  const used = usedNames(config)
  middlewares.forEach(({ name }, i) => {
    if (!used.has(name)) report(`/middlewares/${i}/name`, UNUSED)
  })
  const policies = usedPolicies(known, used)
  return {
    value: withoutEmpty({
      version: 1,
      issuers: policies.map(({ issuer }) => issuer),
      policies: Object.fromEntries(policies.map(({ name, policy }) => [name, policy])),
      routes: routes.length === 0 ? [CLOSED] : routes.map((route) => route.value),
      upstreams: Object.fromEntries([...upstreams].map(([name, upstream]) => [name, upstream.value])),
      listen: { gateway: listeners.value },
    }),
    origins: new Map([
      ...listeners.origins,
      ...routes.flatMap(originsOfRoute),
      ...[...upstreams].map(([name, { pointer }]) => [`upstreams/${name}`, pointer] as const),
      ...policies.flatMap(originsOfPolicy),
    ]),
  }
}

/**
 * Routes that come from elsewhere take paths, and guards, away from those that are written here: without them a path
 * could reach an open route of this file. Where there is none, everything is denied anyway.
 */
const reportNotedKeys = (config: GomaConfig, report: Report): void =>
  reportNoted(config, [], (pointer, problem, atKey) => {
    const isAlone = pointer === '/gateway/providers' && (config.gateway.routes ?? []).length === 0
    report(pointer, isAlone ? PROVIDERS_ALONE : problem, atKey)
  })

const PROVIDERS_ALONE = withoutEffect('`providers` has no effect', PROVIDERS_HINT)

type Origins = readonly (readonly [path: string, origin: string])[]

/** Parts of a route in the value → where they are written; a rule that judges it is in its middleware. */
function originsOfRoute({ pointer, judges = [], cors = {} }: Made, i: number): Origins {
  const ofJudges = judges.flatMap(({ judge, pointer: middleware }, j): Origins => {
    const at = judges.length === 1 ? `routes/${i}` : `routes/${i}/all_of/${j}`
    if (judge.kind !== 'forward_auth' && judge.kind !== 'basic_auth')
      return judges.length === 1 ? [] : [[at, `${middleware}/rule`] as const]
    return [
      [`${at}/${judge.kind}`, `${middleware}/rule`] as const,
      ...Object.entries(judge.origins).map(
        ([key, origin]) => [`${at}/${judge.kind}/${key}`, `${middleware}/${origin}`] as const,
      ),
    ]
  })
  const ofCors = Object.entries(cors).map(([key, place]) => [`routes/${i}/cors/${key}`, place] as const)
  return [[`routes/${i}`, pointer], ...ofCors, ...ofJudges]
}

/** Without routes a warder.yaml lets every valid token in; Goma answers nothing but 404. */
const CLOSED = { name: 'no-routes', match: { path: '/**' }, access: 'deny' }
const NO_ROUTES = mistake(
  'WARN_COMPAT_NO_ROUTES',
  'there are no routes, so every request is denied',
  'write them into `gateway.routes`, or into files of the directory of `extraConfig`',
)

/** Middlewares of every route: at the top level from 0.4.6 to 0.5.0. */
const defaultPlaces = ({ gateway, defaults }: GomaConfig): readonly { name: string; pointer: string }[] =>
  Object.entries({ '/defaults': defaults, '/gateway/defaults': gateway.defaults }).flatMap(([at, written]) =>
    (written?.middlewares ?? []).map((name, i) => ({ name, pointer: `${at}/middlewares/${i}` })),
  )

/** Names of middlewares that judge some route. */
const usedNames = (config: GomaConfig): ReadonlySet<string> =>
  new Set([
    ...defaultPlaces(config).map(({ name }) => name),
    ...(config.gateway.routes ?? []).flatMap(({ middlewares = [] }) =>
      middlewares.filter((name) => typeof name === 'string'),
    ),
  ])

type UsedPolicy = Extract<Judge, { kind: 'policy' }> & Pick<Middleware, 'pointer'>

const usedPolicies = (known: readonly Middleware[], used: ReadonlySet<string>): readonly UsedPolicy[] =>
  known.flatMap(({ name, pointer, judge }) =>
    judge.kind === 'policy' && used.has(name) ? [{ ...judge, pointer }] : [],
  )

/** Keys of an issuer that have another name in Goma. */
const ISSUER_KEYS: Readonly<Record<string, string>> = {
  'keys/jwks_url': 'jwksUrl',
  'keys/jwks_file': 'jwksFile',
  'keys/jwks': 'jwksFile',
  'keys/pem_file': 'publicKey',
  'keys/pem': 'publicKey',
  'keys/secret': 'secret',
}

const originsOfPolicy = ({ name, pointer }: UsedPolicy, i: number): Origins => [
  [`issuers/${i}`, `${pointer}/rule`],
  [`policies/${name}`, `${pointer}/rule`],
  ...Object.entries(ISSUER_KEYS).map(
    ([key, origin]) => [`issuers/${i}/${key}`, `${pointer}/rule/${origin}`] as const,
  ),
  [`policies/${name}/claims`, `${pointer}/rule/claimsExpression`],
]

const UNUSED = mistake(
  'WARN_COMPAT_UNUSED_MIDDLEWARE',
  'no route names this middleware, so it guards nothing',
  'name it in `middlewares` of a route',
)

/** The hint of a `warder.yaml` names a setting that Goma does not have. */
const inWordsOfGoma: InOwnWords = ({ problem }) =>
  problem.code === 'WARN_CONFIG_SECRET_SHORT'
    ? { ...problem, hints: ['make a longer one: `openssl rand -hex 32` (RFC 7518 §3.2)'] }
    : problem
