/** Servers of a Goma route → a native upstream. */
import type { LocatedProblem, Problem } from '../../settings/problem.ts'
import type { GomaLimit } from './middlewares/judges.ts'
import { interceptedStatuses } from './error-pages.ts'
import { isWrittenKey } from './key-text.ts'
import { unsupported } from './noted-keys.ts'
import { limitValue } from './limits.ts'
import type { Middleware } from './middlewares/middlewares.ts'
import type { GomaRoute } from './schema.ts'

type Value = Readonly<Record<string, unknown>>

interface OfRoute {
  /** Of all its requests together. */
  readonly limits: readonly GomaLimit[]
  /** Of the gateway. */
  readonly interceptErrors: readonly number[]
}

/** Each route has an upstream of its own. */
export function translateUpstream(
  route: GomaRoute,
  pointer: string,
  middlewares: readonly Middleware[],
  { limits, interceptErrors }: OfRoute,
): { readonly value: Value; readonly problems: readonly LocatedProblem[] } {
  const intercepted = new Set([
    ...interceptErrors,
    ...(route.interceptErrors ?? []),
    ...interceptedStatuses(route.errorInterceptor),
  ])
  const keeping = new Set(
    middlewares.flatMap(({ judge }) => (judge.kind === 'policy' ? [judge.keepsToken] : [])),
  )
  const tls = translateServerTls(route.security?.tls, `${pointer}/security/tls`)
  const value = {
    servers: serversOf(route),
    ...(hidesHost(route) ? { host: 'upstream' } : {}),
    ...(keeping.has(false) ? { strip_token: true } : {}),
    ...(intercepted.size === 0 ? {} : { intercept_errors: [...intercepted] }),
    ...tls.value,
    ...limitValue(limits),
    ...healthOf(route),
  }
  return {
    value,
    problems: [...checkServers(route, pointer), ...checkKept(keeping, pointer), ...tls.problems],
  }
}

/** As in Goma, backends take the place of the destination. */
function serversOf({ target, destination, backends = [] }: GomaRoute): readonly Value[] {
  const single = target ?? destination
  if (backends.length === 0) return single === undefined ? [] : [{ url: single.url, weight: 1 }]
  return backends.map((backend) =>
    'url' in backend
      ? { url: backend.url, weight: 1 }
      : { url: (backend.endpoint ?? backend.endPoint)?.url ?? '', weight: backend.weight ?? 1 },
  )
}

function checkServers(
  { target, destination, backends = [] }: GomaRoute,
  pointer: string,
): readonly LocatedProblem[] {
  const isNowhere = target === undefined && destination === undefined && backends.length === 0
  const broken = backends.flatMap((backend, i): readonly LocatedProblem[] => {
    if ('url' in backend || (backend.endpoint === undefined) !== (backend.endPoint === undefined)) return []
    return [{ pointer: `${pointer}/backends/${i}`, problem: NO_ENDPOINT }]
  })
  const isTwice = target !== undefined && destination !== undefined
  return [
    ...(isNowhere ? [{ pointer, problem: NO_SERVERS }] : []),
    ...broken,
    ...(isTwice ? [{ pointer: `${pointer}/target`, atKey: true, problem: TWO_SERVERS }] : []),
  ]
}

const NO_SERVERS: Problem = {
  code: 'ERR_CONFIG_MISSING_KEY',
  message: 'this route has neither `destination` nor `backends`',
}
const TWO_SERVERS: Problem = {
  code: 'ERR_CONFIG_EXACTLY_ONE',
  message: '`target` and `destination` exclude each other',
}
const NO_ENDPOINT: Problem = {
  code: 'ERR_CONFIG_EXACTLY_ONE',
  message: 'a backend needs one of `endpoint` and `endPoint`',
}

/** One upstream either hands the token on or does not. */
function checkKept(keeping: ReadonlySet<boolean>, pointer: string): readonly LocatedProblem[] {
  if (keeping.size < 2) return []
  const message = 'of the middlewares of one route, some have `forwardAuthorization` and some do not'
  return [{ pointer: `${pointer}/middlewares`, problem: unsupported(message, 'make two routes') }]
}

/** Whether servers get their own name as the host, and not the one that the client asked for. */
const hidesHost = (route: GomaRoute): boolean =>
  route.disableHostFording === true ||
  route.disableHostForwarding === true ||
  route.security?.forwardHostHeaders === false

type Health = Exclude<NonNullable<GomaRoute['healthCheck']>, string>

function healthOf({ healthCheck }: GomaRoute): Value {
  const health: Health = typeof healthCheck === 'string' ? { path: healthCheck } : (healthCheck ?? {})
  const { path = '', interval = 30_000, timeout, healthyStatuses = [] } = health
  if (path === '') return {}
  return {
    health: {
      path,
      ...(healthyStatuses.length === 0 ? {} : { statuses: healthyStatuses }),
      interval: `${interval}ms`,
      ...(timeout === undefined ? {} : { timeout: `${timeout}ms` }),
    },
  }
}

type ServerTls = NonNullable<NonNullable<GomaRoute['security']>['tls']>

/** Whose certificates are good, and what is shown to servers that ask for one. */
function translateServerTls(
  tls: ServerTls | undefined,
  pointer: string,
): { readonly value: Value; readonly problems: readonly LocatedProblem[] } {
  const { rootCAs = '', clientCert = '', clientKey = '' } = tls ?? {}
  const written = Object.entries({ rootCAs, clientCert, clientKey }).filter(([, text]) => isWrittenKey(text))
  const problems: LocatedProblem[] = written.map(([key]) => ({
    pointer: `${pointer}/${key}`,
    problem: unsupported(
      `the text of a key or certificate as \`${key}\` is not supported`,
      'write it into a file, and its path here',
    ),
  }))
  if ((clientCert === '') !== (clientKey === ''))
    problems.push({ pointer, problem: { code: 'ERR_CONFIG_MISSING_KEY', message: HALF }, atKey: true })
  return {
    value: {
      ...(rootCAs === '' ? {} : { ca_file: rootCAs }),
      ...(clientCert === '' ? {} : { client_certificate: { cert_file: clientCert, key_file: clientKey } }),
    },
    problems,
  }
}

const HALF = '`clientCert` and `clientKey` belong together'
