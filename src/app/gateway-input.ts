/** An instance as the gateway reads it. */
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
    certificates,
    serverTrust,
    authTrust,
    upstreams: settings.upstreams,
    trustedProxies: settings.listen.gateway?.trustedProxies ?? [],
    routes: settings.routes.flatMap(({ name, upstream, access, rewrite }): readonly GatewayRoute[] => {
      if (upstream === undefined) return []
      const policy = access.kind === 'policy' ? guard.policies.get(access.policy) : undefined
      const auth = access.kind === 'forward_auth' ? { forwardAuth: access.forwardAuth } : {}
      return [
        { name, upstream, tokenSources: policy?.tokenSources ?? [], ...auth, ...(rewrite && { rewrite }) },
      ]
    }),
  }
}
