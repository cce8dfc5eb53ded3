/** The auth services of the routes, and what their mappings mean for a route. */
import { createAuthService, type AuthService } from './auth-service.ts'
import { trustKey, type ServerTrust } from '../../sockets/certificates.ts'
import type { Deadlines } from '../../deadlines.ts'
import type { ForwardAuthSettings } from '../../../settings/forward-auth/definition.ts'
import { folded, type HeaderRules } from '../../exchange/forward-headers.ts'
import type { Kept } from '../../kept.ts'
import type { NameWatchDeps } from '../../upstream/name-watch.ts'
import { compileMappedParameters, type IsMappedParameter } from '../../exchange/mapped-query.ts'
import type { JudgeInput } from '../judge.ts'

export interface RouteAuth {
  readonly service: AuthService
  /** Folded names of headers that only the service may set. */
  readonly replacedHeaders: ReadonlySet<string>
  readonly isMappedParameter: IsMappedParameter
}

export interface RouteAuths {
  /** Equal settings have one service, and so its connections and its cache. */
  of(settings: ForwardAuthSettings): RouteAuth
}

/**
 * @param trust By the file of the authorities.
 * @param state Keeps the services: one outlives a reload if everything that decides about its questions is the same,
 *   including the headers that no client may send.
 */
export function createRouteAuths(
  rules: HeaderRules,
  trust: ReadonlyMap<string, ServerTrust>,
  state: { readonly auths: Kept<RouteAuth>; readonly names: Omit<NameWatchDeps, 'deadlines'> },
  deadlines: Deadlines,
): RouteAuths {
  return {
    of(settings) {
      const ownTrust = trust.get(settings.caFile ?? '') ?? {}
      const key = JSON.stringify([settings, trustKey(ownTrust), rules.forbiddenNames])
      return state.auths.of(key, () => ({
        service: createAuthService(settings, ownTrust, rules, { ...state.names, deadlines }),
        replacedHeaders: new Set(settings.headers.map(({ to }) => folded(to.toLowerCase()))),
        isMappedParameter: compileMappedParameters(settings.params.map(({ to }) => to)),
      }))
    },
  }
}

// If a service replaces the client's credential for one application, other routes still need the client's.
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'cookie'])

/** Lower-case names of headers by which applications know the user: no client may send them, on any route. */
export const grantedNames = (inputs: readonly JudgeInput[]): readonly string[] =>
  inputs
    .flatMap((input) => (input.kind === 'forward_auth' ? input.settings.headers : []))
    .map(({ to }) => to.toLowerCase())
    .filter((name) => !CREDENTIALS.has(name))
