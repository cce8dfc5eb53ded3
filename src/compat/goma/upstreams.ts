/** Servers of a Goma route → a native upstream. */
import { mistake } from '../../settings/problem.ts'
import { withoutEmpty, type NativeValue, type Report } from '../read-foreign.ts'
import type { GomaLimit } from './middlewares/judges.ts'
import { interceptedStatuses } from './error-pages.ts'
import { isWrittenKey } from './key-text.ts'
import { unsupported } from './noted-keys.ts'
import { smallestLimits } from './limits.ts'
import type { Middleware } from './middlewares/middlewares.ts'
import type { GomaRoute } from './schema.ts'

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
  report: Report,
): NativeValue {
  const intercepted = new Set([
    ...interceptErrors,
    ...(route.interceptErrors ?? []),
    ...interceptedStatuses(route.errorInterceptor),
  ])
  const keeping = new Set(
    middlewares.flatMap(({ judge }) => (judge.kind === 'policy' ? [judge.keepsToken] : [])),
  )
  checkServers(route, pointer, report)
  // One upstream either hands the token on or does not.
  if (keeping.size > 1) {
    const message = 'of the middlewares of one route, some have `forwardAuthorization` and some do not'
    report(`${pointer}/middlewares`, unsupported(message, 'make two routes'))
  }
  return withoutEmpty({
    servers: serversOf(route),
    host: hidesHost(route) ? 'upstream' : undefined,
    strip_token: keeping.has(false) ? true : undefined,
    intercept_errors: [...intercepted],
    ...translateServerTls(route.security?.tls, `${pointer}/security/tls`, report),
    rate_limit: smallestLimits(limits),
    health: healthOf(route),
  })
}

/** As in Goma, backends take the place of the destination. */
function serversOf({ target, destination, backends = [] }: GomaRoute): readonly NativeValue[] {
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
  report: Report,
): void {
  if (target === undefined && destination === undefined && backends.length === 0) report(pointer, NO_SERVERS)
  backends.forEach((backend, i) => {
    if (!('url' in backend) && (backend.endpoint === undefined) === (backend.endPoint === undefined))
      report(`${pointer}/backends/${i}`, NO_ENDPOINT)
  })
  if (target !== undefined && destination !== undefined) report(`${pointer}/target`, TWO_SERVERS, 'at key')
}

const NO_SERVERS = mistake('ERR_CONFIG_MISSING_KEY', 'this route has neither `destination` nor `backends`')
const TWO_SERVERS = mistake('ERR_CONFIG_EXACTLY_ONE', '`target` and `destination` exclude each other')
const NO_ENDPOINT = mistake('ERR_CONFIG_EXACTLY_ONE', 'a backend needs one of `endpoint` and `endPoint`')

/** Whether servers get their own name as the host, and not the one that the client asked for. */
const hidesHost = (route: GomaRoute): boolean =>
  route.disableHostFording === true ||
  route.disableHostForwarding === true ||
  route.security?.forwardHostHeaders === false

type Health = Exclude<NonNullable<GomaRoute['healthCheck']>, string>

function healthOf({ healthCheck }: GomaRoute): NativeValue {
  const health: Health = typeof healthCheck === 'string' ? { path: healthCheck } : (healthCheck ?? {})
  const { path = '', interval = 30_000, timeout, healthyStatuses } = health
  if (path === '') return {}
  return withoutEmpty({
    path,
    statuses: healthyStatuses,
    interval: `${interval}ms`,
    timeout: timeout === undefined ? undefined : `${timeout}ms`,
  })
}

type ServerTls = NonNullable<NonNullable<GomaRoute['security']>['tls']>

/** Whose certificates are good, and what is shown to servers that ask for one. */
function translateServerTls(tls: ServerTls | undefined, pointer: string, report: Report): NativeValue {
  const { rootCAs = '', clientCert = '', clientKey = '' } = tls ?? {}
  for (const [key, text] of Object.entries({ rootCAs, clientCert, clientKey })) {
    if (!isWrittenKey(text)) continue
    const message = `the text of a key or certificate as \`${key}\` is not supported`
    report(`${pointer}/${key}`, unsupported(message, 'write it into a file, and its path here'))
  }
  if ((clientCert === '') !== (clientKey === '')) report(pointer, HALF, 'at key')
  const certificate = clientCert === '' ? undefined : { cert_file: clientCert, key_file: clientKey }
  return { ca_file: rootCAs, client_certificate: certificate }
}

const HALF = mistake('ERR_CONFIG_MISSING_KEY', '`clientCert` and `clientKey` belong together')
