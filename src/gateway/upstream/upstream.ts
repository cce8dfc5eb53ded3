/** An upstream: several servers of one application, of which one is chosen for each request. */
import type { ServerTrust } from '../sockets/certificates.ts'
import type { Deadlines } from '../deadlines.ts'
import { trustKey, type GatewayState } from '../gateway-state.ts'
import { createServerPool, type ServerPool } from './server-pool.ts'
import type { UpstreamSettings } from '../settings.ts'
import { compileStatuses } from './status-set.ts'

export interface Upstream {
  readonly settings: UpstreamSettings
  /** Whether an answer with this status is replaced by one of ours. */
  readonly intercepts: (status: number) => boolean
  /** The next server to ask; undefined when all were tried. */
  pick(tried: readonly ServerPool[]): ServerPool | undefined
}

interface Weighted {
  readonly pool: ServerPool
  readonly weight: number
  /** Of smooth weighted round robin: grows by the weight at each turn, and pays for being chosen. */
  credit: number
}

/**
 * @param kept The pools of servers: one whose settings have not changed goes on with its connections, and stays
 *   ejected if it was.
 */
export function createUpstream(
  settings: UpstreamSettings,
  trust: ServerTrust,
  kept: GatewayState['pools'],
  deadlines: Deadlines,
): Upstream {
  const { name, ejectAfter, ejectMs, health } = settings
  const trustId = trustKey(trust)
  const servers = settings.servers.map((server, i): Weighted => {
    const { weight, ...reach } = server
    // A server that is named twice has two pools.
    const nth = settings.servers.slice(0, i).filter(({ url }) => url === server.url).length
    const key = JSON.stringify([name, reach, nth, ejectAfter, ejectMs, health, trustId])
    return {
      pool: kept.of(key, () => createServerPool(server, settings, trust, deadlines)),
      weight,
      credit: 0,
    }
  })
  const [only] = servers
  const choose = settings.balance === 'least_connections' ? leastConnections : inTurn
  return {
    settings,
    intercepts: compileStatuses(settings.interceptErrors),
    pick(tried) {
      if (servers.length === 1) return tried.length === 0 ? only?.pool : undefined
      const nowMs = performance.now()
      const untried = servers.filter(({ pool }) => !tried.includes(pool))
      const usable = untried.filter(({ pool }) => !pool.isAvoided(nowMs))
      // When all are left alone, asking one is better than asking none.
      return choose(usable.length > 0 ? usable : untried)?.pool
    },
  }
}

/** Smooth weighted round robin: servers of weight 2 and 1 are chosen as a, b, a. */
function inTurn(servers: readonly Weighted[]): Weighted | undefined {
  let best: Weighted | undefined
  let total = 0
  for (const server of servers) {
    server.credit += server.weight
    total += server.weight
    if (best === undefined || server.credit > best.credit) best = server
  }
  if (best !== undefined) best.credit -= total
  return best
}

/** The least busy for its weight; in turn among equals. */
function leastConnections(servers: readonly Weighted[]): Weighted | undefined {
  const load = ({ pool, weight }: Weighted): number => pool.active / weight
  const least = Math.min(...servers.map(load))
  return inTurn(servers.filter((server) => load(server) === least))
}
