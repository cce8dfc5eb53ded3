/** An instance as the gateway reads it. */
import { judgesOf } from '../settings/route/judges.ts'
import { findRouteOf } from '../decision/find-route.ts'
import type { GatewayInput, RouteInput } from '../gateway/gateway-input.ts'
import type { JudgeInput } from '../gateway/judges/judge.ts'
import type { JudgeSettings } from '../settings/route/definition.ts'
import type { ServingInstance } from './build-instance.ts'
import { newId } from './system.ts'

export function gatewayInput(instance: ServingInstance): GatewayInput {
  const { config, guard, decide, certificates, serverTrust, authTrust } = instance
  const { settings } = config
  return {
    decide,
    newId,
    realm: guard.realm,
    identityNames: guard.identityNames,
    serverTrust,
    authTrust,
    upstreams: settings.upstreams,
    listeners: settings.listen.gateway.map((listener, i) => ({
      settings: listener,
      certificates: certificates[i],
    })),
    findRoute: (request) => findRouteOf(guard, request),
    routes: routeInputs(instance),
  }
}

function* routeInputs(instance: ServingInstance): Generator<RouteInput, void> {
  for (const route of instance.config.settings.routes) {
    const { upstream, access } = route
    if (upstream === undefined) continue
    const all = judgesOf(access).map((judge) => toJudgeInput(judge, instance))
    const tokenSources = all.flatMap((judge) => (judge.kind === 'policy' ? judge.policy.tokenSources : []))
    // A single policy is the core's own business.
    const judges = access.kind === 'policy' ? [] : all
    yield { ...route, upstream, tokenSources, judges }
  }
}

function toJudgeInput(judge: JudgeSettings, { guard, usersOf }: ServingInstance): JudgeInput {
  switch (judge.kind) {
    case 'policy': {
      const policy = guard.policies.get(judge.policy)
      if (policy === undefined) throw new TypeError(`no policy named ${judge.policy}`)
      return { kind: 'policy', policy }
    }
    case 'forward_auth':
      return { kind: 'forward_auth', settings: judge.forwardAuth }
    case 'basic_auth':
      return { kind: 'basic_auth', settings: judge.basicAuth, users: usersOf(judge.basicAuth) }
  }
}
