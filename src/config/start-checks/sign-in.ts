/** Logins that nobody can reach, because a judge stands in front of them too. */
import type { Diagnostic } from '../diagnostic.ts'
import type { LoadedConfig } from '../load-config.ts'
import { judgesOf } from '../route-judges.ts'
import { findRoute } from '../../decision/find-route.ts'
import type { Guard } from '../../decision/guard.ts'
import type { Route } from '../../policy/compile-routes.ts'

/** Only of logins on the same host: what stands elsewhere is not ours to know. */
export function signInWarnings({ routes }: Guard, config: LoadedConfig): readonly Diagnostic[] {
  if (routes === undefined) return []
  return routes.routes.flatMap((route): readonly Diagnostic[] =>
    localSignIns(route).flatMap((signIn): readonly Diagnostic[] => {
      const [path = ''] = signIn.split('?')
      // A wildcard's sample is some host below it.
      const host = (route.settings.host[0] ?? '').replace(/^\*/, 'any')
      const none = { get: () => null }
      const found = findRoute(routes, {
        method: 'GET',
        scheme: 'https',
        host,
        path,
        query: '',
        headers: none,
      })
      const login = found.ok ? found.value : undefined
      if (login?.access.kind === 'public') return []
      const who = login === undefined ? 'no route matches it' : `the route "${login.name}" guards it`
      return [
        {
          code: 'WARN_POLICY_SIGN_IN_GUARDED',
          severity: 'warning',
          message: `nobody can sign in to "${route.name}": ${path} is not public, ${who}`,
          position: config.positionOfSetting(`routes/${route.order}`),
          hints: [`write above it: { match: { path: ${path} }, access: public, upstream: … }`],
        },
      ]
    }),
  )
}

const localSignIns = ({ settings }: Route): readonly string[] =>
  judgesOf(settings.access).flatMap((judge) => {
    const signIn = judge.kind === 'forward_auth' ? judge.forwardAuth.signIn : undefined
    return signIn?.startsWith('/') === true ? [signIn] : []
  })
