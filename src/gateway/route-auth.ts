/** The auth services of the routes, and what each route makes of their answers. */
import { createAuthService, type AuthService } from './auth-service.ts'
import type { ServerTrust } from './certificates.ts'
import type { Deadlines } from './deadlines.ts'
import type { ForwardAuthSettings } from './forward-auth-settings.ts'
import { folded, type HeaderRules } from './forward-headers.ts'
import { compileMappedParameters, type IsMappedParameter } from './mapped-query.ts'
import type { JudgeInput } from './route-judge.ts'

export interface RouteAuth {
  readonly service: AuthService
  /** Folded names of headers that only the service may set. */
  readonly replacedHeaders: ReadonlySet<string>
  readonly isMappedParameter: IsMappedParameter
}

export interface RouteAuths {
  /** Equal settings have one service, and so its connections and its cache. */
  of(settings: ForwardAuthSettings): RouteAuth
  close(): void
}

/** @param trust By the file of the authorities. */
export function createRouteAuths(
  rules: HeaderRules,
  trust: ReadonlyMap<string, ServerTrust>,
  deadlines: Deadlines,
): RouteAuths {
  const made = new Map<string, RouteAuth>()
  return {
    of(settings) {
      const key = JSON.stringify(settings)
      const known = made.get(key)
      if (known !== undefined) return known
      const auth = {
        service: createAuthService(settings, trust.get(settings.caFile ?? '') ?? {}, rules, deadlines),
        replacedHeaders: new Set(settings.headers.map(({ to }) => folded(to.toLowerCase()))),
        isMappedParameter: compileMappedParameters(settings.params.map(({ to }) => to)),
      }
      made.set(key, auth)
      return auth
    },
    close() {
      for (const { service } of made.values()) service.close()
    },
  }
}

// Where a service replaces the client's credential for one application, other routes still need the client's.
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'cookie'])

/** Lower-case names of headers by which applications know who asks: no client may send them, on any route. */
export const grantedNames = (inputs: readonly JudgeInput[]): readonly string[] =>
  inputs
    .flatMap((input) => (input.kind === 'forward_auth' ? input.settings.headers : []))
    .map(({ to }) => to.toLowerCase())
    .filter((name) => !CREDENTIALS.has(name))
