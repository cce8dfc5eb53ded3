/** An instance as the gateway reads it. */
import { findRoute } from '../decision/find-route.ts'
import type { GatewayInput, GatewayRoute } from '../gateway/rules.ts'
import type { Instance } from './build-instance.ts'
import { newId } from './system.ts'

export function gatewayInput(instance: Instance): GatewayInput {
  const { config, guard, decide, certificates, serverTrust, authTrust } = instance
  const { settings } = config
  return {
    decide,
    newId,
    identityNames: guard.identityNames,
    serverTrust,
    authTrust,
    upstreams: settings.upstreams,
    listeners: settings.listen.gateway.map((listener, i) => ({
      settings: listener,
      certificates: certificates[i],
    })),
    findRoute: (request) => {
      if (guard.routes === undefined) return undefined
      const found = findRoute(guard.routes, request)
      return found.ok ? found.value?.name : undefined
    },
    routes: settings.routes.flatMap((route): readonly GatewayRoute[] => {
      const { name, upstream, access, rewrite, cors, rateLimits } = route
      if (upstream === undefined) return []
      const policy = access.kind === 'policy' ? guard.policies.get(access.policy) : undefined
      const auth = access.kind === 'forward_auth' ? { forwardAuth: access.forwardAuth } : {}
      return [
        {
          name,
          upstream,
          tokenSources: policy?.tokenSources ?? [],
          ...auth,
          ...(rewrite && { rewrite }),
          ...(cors && { cors }),
          ...(rateLimits && { rateLimits }),
        },
      ]
    }),
  }
}
