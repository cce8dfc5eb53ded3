/** Servers of a Goma route → a native upstream. */
import type { LocatedProblem } from '../config/schema-problems.ts'
import type { GomaLimit } from './goma-judges.ts'
import { unsupported } from './goma-keys.ts'
import { limitValue } from './goma-limits.ts'
import type { Middleware } from './goma-middlewares.ts'
import type { GomaRoute } from './goma-schema.ts'

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
          'endpoint' in backend
            ? { url: backend.endpoint.url, weight: backend.weight ?? 1 }
            : { url: backend.url, weight: 1 },
        )
      : single === undefined
        ? []
        : [{ url: single.url, weight: 1 }]
  const ownHost =
    route.disableHostFording === true ||
    route.disableHostForwarding === true ||
    route.security?.forwardHostHeaders === false
  const { path = '', interval, timeout, healthyStatuses = [] } = route.healthCheck ?? {}
  const intercepted = [...new Set([...interceptErrors, ...(route.interceptErrors ?? [])])]
  const value = {
    servers,
    ...(ownHost ? { host: 'upstream' } : {}),
    ...(keeping.has(false) ? { strip_token: true } : {}),
    ...(intercepted.length === 0 ? {} : { intercept_errors: intercepted }),
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

const inMs = (key: string, ms: number | undefined): Value => (ms === undefined ? {} : { [key]: `${ms}ms` })
