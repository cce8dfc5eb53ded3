/** An upstream: several servers of one application, of which one is chosen for each request. */
import { trustKey, type ServerTrust } from '../../http/sockets/certificates.ts'
import type { Deadlines } from '../../http/deadlines.ts'
import type { GatewayState } from '../gateway-state.ts'
import { createServerChoice, type ServerChoice } from './server-choice.ts'
import { createServerGroup } from './server-group.ts'
import type { UpstreamSettings } from '../../settings/upstream/definition.ts'
import { compileStatuses } from '../../syntax/status-set.ts'

export interface Upstream extends ServerChoice {
  readonly settings: UpstreamSettings
  /** Whether an answer with this status is replaced by an own answer. */
  readonly intercepts: (status: number) => boolean
}

/**
 * @param state Holds the servers: one whose settings have not changed goes on with its connections, and stays ejected
 *   if it was.
 */
export function createUpstream(
  settings: UpstreamSettings,
  trust: ServerTrust,
  state: Pick<GatewayState, 'servers' | 'names'>,
  deadlines: Deadlines,
): Upstream {
  const { name, ejectAfter, ejectForMs, health, resolveMs, maxConnectionAgeMs, protocol } = settings
  const trustId = trustKey(trust)
  const groups = settings.servers.map((server, i) => {
    const { weight, ...reach } = server
    // A server that is configured twice is two servers.
    const nth = settings.servers.slice(0, i).filter(({ url }) => url === server.url).length
    const rules = [ejectAfter, ejectForMs, health, resolveMs, maxConnectionAgeMs, protocol]
    const key = JSON.stringify([name, reach, nth, rules, trustId])
    const make = () => createServerGroup(server, settings, trust, { ...state.names, deadlines }, name)
    return { group: state.servers.of(key, make), weight }
  })
  return {
    settings,
    intercepts: compileStatuses(settings.interceptErrors),
    ...createServerChoice(groups, settings.balance),
  }
}
