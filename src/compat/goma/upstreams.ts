/** Servers of a Goma route → a native upstream. */
import type { Problem } from '../../settings/problem.ts'
import type { LocatedProblem } from '../../settings/problem.ts'
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
  const problems: LocatedProblem[] = []
  const single = route.target ?? route.destination
  const backends = route.backends ?? []
  if (single === undefined && backends.length === 0) {
    const message = 'a route without `destination` and `backends`'
    problems.push({ pointer, problem: { code: 'ERR_CONFIG_MISSING_KEY', message } })
  }
  backends.forEach((backend, i) => {
    if ('url' in backend || (backend.endpoint === undefined) !== (backend.endPoint === undefined)) return
    problems.push({ pointer: `${pointer}/backends/${i}`, problem: NO_ENDPOINT })
  })
  if (route.target !== undefined && route.destination !== undefined) {
    const message = '`target` and `destination` exclude each other'
    problems.push({
      pointer: `${pointer}/target`,
      atKey: true,
      problem: { code: 'ERR_CONFIG_EXACTLY_ONE', message },
    })
  }
  const keeping = new Set(
    middlewares.flatMap(({ judge }) => (judge.kind === 'policy' ? [judge.keepsToken] : [])),
  )
  if (keeping.size > 1) {
    const message = 'middlewares of one route with and without `forwardAuthorization`'
    problems.push({ pointer: `${pointer}/middlewares`, problem: unsupported(message, 'make two routes') })
  }
  // As in Goma, backends take the place of the destination.
  const servers =
    backends.length > 0
      ? backends.map((backend) =>
          'url' in backend
            ? { url: backend.url, weight: 1 }
            : { url: (backend.endpoint ?? backend.endPoint)?.url ?? '', weight: backend.weight ?? 1 },
        )
      : single === undefined
        ? []
        : [{ url: single.url, weight: 1 }]
  const ownHost =
    route.disableHostFording === true ||
    route.disableHostForwarding === true ||
    route.security?.forwardHostHeaders === false
  const health: Health | undefined =
    typeof route.healthCheck === 'string' ? { path: route.healthCheck } : route.healthCheck
  const { path = '', interval, timeout, healthyStatuses = [] } = health ?? {}
  const intercepted = [
    ...new Set([
      ...interceptErrors,
      ...(route.interceptErrors ?? []),
      ...interceptedStatuses(route.errorInterceptor),
    ]),
  ]
  const tls = translateServerTls(route.security?.tls, `${pointer}/security/tls`)
  problems.push(...tls.problems)
  const value = {
    servers,
    ...(ownHost ? { host: 'upstream' } : {}),
    ...(keeping.has(false) ? { strip_token: true } : {}),
    ...(intercepted.length === 0 ? {} : { intercept_errors: intercepted }),
    ...tls.value,
    ...limitValue(limits),
    ...(path === ''
      ? {}
      : {
          health: {
            path,
            ...(healthyStatuses.length === 0 ? {} : { statuses: healthyStatuses }),
            ...inMs('interval', interval ?? 30_000),
            ...inMs('timeout', timeout),
          },
        }),
  }
  return { value, problems }
}

const NO_ENDPOINT: Problem = {
  code: 'ERR_CONFIG_EXACTLY_ONE',
  message: 'a backend with one of `endpoint` and `endPoint` is needed',
}

type Health = Exclude<NonNullable<GomaRoute['healthCheck']>, string>
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
    problem: unsupported(`\`${key}\` that is written into the file is not supported`, 'write its path here'),
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

const inMs = (key: string, ms: number | undefined): Value => (ms === undefined ? {} : { [key]: `${ms}ms` })
