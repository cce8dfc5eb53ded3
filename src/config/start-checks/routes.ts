/** Routes that cannot do what they are written for, which shows when they are compiled. */
import type { findRoute } from '../../decision/find-route.ts'
import type { Route, RouteTable } from '../../policy/compile-routes.ts'
import type { ShadowedRoute } from '../../policy/lint-routes.ts'
import { diagnosticAt, type Diagnostic } from '../diagnostic.ts'
import type { LoadedConfig } from '../load-config.ts'
import { judgesOf } from '../../settings/route/judges.ts'

type Places = Pick<LoadedConfig, 'positionOfSetting'>

/** Routes that never match, or deny everything, because of an earlier one. */
export const shadowedRouteWarnings = (
  shadowed: readonly ShadowedRoute[],
  config: Places,
): readonly Diagnostic[] =>
  shadowed.map(({ route, by, byCaseAlone }) => {
    const position = config.positionOfSetting(`routes/${route.order}`)
    const other = config.positionOfSetting(`routes/${by.order}`)
    const place = other.file === position.file ? `line ${other.line}` : `${other.file}:${other.line}`
    if (byCaseAlone) {
      const hints = [
        `"${by.name}" (${place}) comes first, and has the same path in another letter case`,
        `if the application distinguishes letter case, set case_sensitive: true on "${by.name}"`,
      ]
      const message = `route "${route.name}" denies every request`
      return diagnosticAt(position, 'WARN_POLICY_ROUTE_LETTER_CASE', message, ...hints)
    }
    const hints = [
      `"${by.name}" (${place}) matches every request that it would match, and comes first`,
      `first match wins; move "${route.name}" above it`,
    ]
    const message = `route "${route.name}" can never match`
    return diagnosticAt(position, 'WARN_POLICY_ROUTE_UNREACHABLE', message, ...hints)
  })

/** Logins that nobody can reach, because a judge guards them too. Only those on the same host can be checked. */
export function signInWarnings(
  routes: RouteTable,
  find: typeof findRoute,
  config: Places,
): readonly Diagnostic[] {
  return routes.routes.flatMap((route) =>
    localSignIns(route).flatMap((signIn): readonly Diagnostic[] => {
      const [path = ''] = signIn.split('?')
      // A wildcard's sample is some host below it.
      const host = (route.settings.host[0] ?? '').replace(/^\*/, 'any')
      const headers = { get: () => null }
      const found = find(routes, { method: 'GET', scheme: 'https', host, path, query: '', headers })
      const login = found.ok ? found.value : undefined
      if (login?.access.kind === 'public') return []
      const who = login === undefined ? 'no route matches it' : `the route "${login.name}" guards it`
      const message = `nobody can sign in to "${route.name}": ${path} is not public, ${who}`
      const hint = `write above it: { match: { path: ${path} }, access: public, upstream: … }`
      const position = config.positionOfSetting(`routes/${route.order}`)
      return [diagnosticAt(position, 'WARN_POLICY_SIGN_IN_GUARDED', message, hint)]
    }),
  )
}

const localSignIns = ({ settings }: Route): readonly string[] =>
  judgesOf(settings.access).flatMap((judge) => {
    const signIn = judge.kind === 'forward_auth' ? judge.forwardAuth.signIn : undefined
    return signIn?.startsWith('/') === true ? [signIn] : []
  })
