/** What the configuration of Warder reveals about the site; without one, doctor judges by what it sees. */
import type { Instance } from '../../../app/build-instance.ts'
import { findRouteOf, type FoundRoute } from '../../../decision/find-route.ts'
import type { AskedField } from '../asking/asked-request.ts'
import { makeQuestion } from '../../../app/explain/made-question.ts'

/** A request without a token, as the routes see it. */
export interface RouteLine {
  readonly method: string
  readonly host: string
  /** Raw. */
  readonly path: string
  readonly query: string
  readonly fields?: readonly AskedField[]
}

/** What the routes do with it: `open` needs no token. */
export type Access = 'open' | 'guarded' | 'denied'

export interface ConfigFacts {
  readonly digest: string
  /** Identity headers of all policies, in lower case. */
  readonly identityNames: readonly string[]
  readonly maxTokenBytes: number
  readonly accessOf: (line: RouteLine) => Access
  /** Name of the route that judges it; undefined if there are no routes, or none matches. */
  readonly routeOf: (line: RouteLine) => string | undefined
  /** Names of the routes that need a token, with their paths. */
  readonly guarded: readonly string[]
  /** Where the token goes for this request. */
  readonly placeToken: (line: RouteLine, token: string) => PlacedToken
}

export interface PlacedToken {
  readonly fields: readonly AskedField[]
  /** With the parameter of the token, if it goes there. */
  readonly query: string
}

export function readConfigFacts(instance: Instance, scheme: 'http' | 'https'): ConfigFacts {
  const { guard, config } = instance
  const toLine = ({ method, host, path, query }: RouteLine) => ({ method, scheme, host, path, query })
  const find = (line: RouteLine): FoundRoute => {
    const headers = new Headers((line.fields ?? []).map(([name, value]) => [name, value]))
    return findRouteOf(guard, { ...toLine(line), headers })
  }
  return {
    digest: config.digest,
    identityNames: guard.identityNames,
    maxTokenBytes: guard.maxTokenBytes,
    guarded: (guard.routes?.routes ?? [])
      .filter(({ access }) => access.kind === 'policy')
      .map(({ name, settings }) => `${name} (${settings.path.join(', ')})`),
    routeOf(line) {
      const found = find(line)
      return found.ok ? found.value?.name : undefined
    },
    accessOf(line) {
      if (guard.routes === undefined) return 'guarded'
      const found = find(line)
      if (!found.ok || found.value === undefined) return 'denied'
      const { access, settings } = found.value
      if (access.kind === 'deny') return 'denied'
      const isOpen =
        access.kind === 'public' || access.kind === 'preflight' || settings.allowAnonymous === true
      return isOpen ? 'open' : 'guarded'
    },
    placeToken(line, token) {
      const { fields, request } = makeQuestion(guard, toLine(line), [], undefined, token)
      return { fields, query: request.query }
    },
  }
}
