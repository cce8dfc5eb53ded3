/** Chooses which of several servers is asked next. Each address of a name counts as a server. */
import type { UpstreamSettings } from '../../settings/upstream/definition.ts'
import type { ServerGroup } from './server-group.ts'
import type { ServerPool } from './server-pool.ts'

export interface ServerChoice {
  /** How many servers there are now. */
  count(): number
  /** The next server to ask; undefined when all were tried. */
  pick(tried: readonly ServerPool[]): ServerPool | undefined
  /**
   * Looks up the names again, and then there may be more to pick. Undefined if no server is a name.
   *
   * @param done Called once, perhaps at once, with the reason why a name has no address; empty if all have one.
   * @returns Gives up waiting; `done` is not called then.
   */
  readonly refresh: ((done: (fault: string) => void) => () => void) | undefined
}

/** A configured server. */
export interface WeightedGroup {
  readonly group: ServerGroup
  /** Of each of its addresses. */
  readonly weight: number
}

interface Weighted {
  readonly pool: ServerPool
  readonly weight: number
  /** For smooth weighted round robin: grows by the weight at each turn, and shrinks when the server is chosen. */
  credit: number
}

export function createServerChoice(
  groups: readonly WeightedGroup[],
  balance: UpstreamSettings['balance'],
): ServerChoice {
  let seen: readonly (readonly ServerPool[])[] = []
  let servers: readonly Weighted[] = []
  /** Compares identities, because addresses seldom change and requests are many. */
  const current = (): readonly Weighted[] => {
    for (let i = 0; i < groups.length; i++) if (groups[i]?.group.pools !== seen[i]) return renew()
    return servers
  }
  const renew = (): readonly Weighted[] => {
    const old = new Map(servers.map((server) => [server.pool, server]))
    seen = groups.map(({ group }) => group.pools)
    servers = groups.flatMap(({ group, weight }) =>
      group.pools.map((pool) => old.get(pool) ?? { pool, weight, credit: 0 }),
    )
    return servers
  }
  const choose = balance === 'least_connections' ? leastConnections : inTurn
  return {
    count: () => current().length,
    pick(tried) {
      const all = current()
      if (all.length <= 1) {
        const only = all[0]?.pool
        return only !== undefined && tried.includes(only) ? undefined : only
      }
      const nowMs = performance.now()
      const untried = all.filter(({ pool }) => !tried.includes(pool))
      const usable = untried.filter(({ pool }) => !pool.isAvoided(nowMs))
      // If all are left alone, asking one of them is better than giving up.
      return choose(usable.length > 0 ? usable : untried)?.pool
    },
    refresh: refreshAll(groups.flatMap(({ group }) => group.refresh ?? [])),
  }
}

function refreshAll(refreshes: readonly NonNullable<ServerGroup['refresh']>[]): ServerChoice['refresh'] {
  if (refreshes.length === 0) return undefined
  return (done) => {
    let left = refreshes.length
    let last = ''
    const cancels = refreshes.map((refresh) =>
      refresh((fault) => {
        left -= 1
        last = fault === '' ? last : fault
        if (left === 0) done(last)
      }),
    )
    return () => {
      for (const cancel of cancels) cancel()
    }
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
