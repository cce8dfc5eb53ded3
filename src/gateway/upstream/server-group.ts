/** One configured server: a pool for each address of its name, or a single one for an address or socket. */
import { isIP } from 'node:net'
import type { ServerTrust } from '../../http/sockets/certificates.ts'
import type { ServerSettings, UpstreamSettings } from '../../settings/upstream/definition.ts'
import type { ServerState } from '../gateway-report.ts'
import { createNameWatch, type NameWatchDeps } from './name-watch.ts'
import type { ServerChange, ServerEvent } from './server-event.ts'
import { ServerPool, type PoolRules } from './server-pool.ts'

export interface ServerGroup {
  /** A new array when the addresses change; empty while none is known. */
  readonly pools: readonly ServerPool[]
  /** Looks the name up again, as in {@link createNameWatch}. Undefined if the server is an address or a socket. */
  readonly refresh: ((done: (fault: string) => void) => () => void) | undefined
  /** One for each address. */
  states(nowMs: number): readonly ServerState[]
  /** Closes what is idle, and what is released from now on. */
  close(): void
}

export interface ServerGroupDeps extends NameWatchDeps {
  /** Must not throw. */
  readonly onServer: (event: ServerEvent) => void
}

/** What all servers of an upstream have in common. */
export type ServerRules = PoolRules & Pick<UpstreamSettings, 'resolveMs'>

/** @param upstream Its name; undefined for an auth service. */
export function createServerGroup(
  settings: ServerSettings,
  rules: ServerRules,
  trust: ServerTrust,
  deps: ServerGroupDeps,
  upstream: string | undefined,
): ServerGroup {
  const { address, url } = settings
  let ejections = 0
  const onChange = (ip?: string) => (change: ServerChange) => {
    if (change.type === 'server_ejected') ejections += 1
    deps.onServer({ ...change, upstream, server: url, address: ip })
  }
  const stateOf = (nowMs: number) => (pool: ServerPool) => ({
    upstream: upstream ?? null,
    server: url,
    address: pool.ip ?? null,
    active: pool.active,
    isUp: pool.isUp ?? null,
    ejectedForMs: pool.ejectedForMs(nowMs),
    ejections,
  })
  if (address.kind === 'unix' || isIP(address.host) !== 0) {
    const pool = new ServerPool(settings, rules, trust, deps.deadlines, undefined, onChange())
    const states = (nowMs: number): readonly ServerState[] => [stateOf(nowMs)(pool)]
    return { pools: [pool], refresh: undefined, states, close: () => pool.close() }
  }
  let pools: readonly ServerPool[] = []
  const onUnreachable = (): void => void watch.refresh(() => {})
  const watch = createNameWatch(address.host, rules.resolveMs, deps, (addresses) => {
    const old = pools
    // If an address stays, its pool goes on with its connections, its ejection and its health.
    pools = addresses.map(
      (ip) =>
        old.find((pool) => pool.ip === ip) ??
        new ServerPool(settings, rules, trust, deps.deadlines, { ip, onUnreachable }, onChange(ip)),
    )
    for (const pool of old) if (!pools.includes(pool)) pool.leave()
  })
  return {
    get pools() {
      return pools
    },
    refresh: (done) => watch.refresh(done),
    states: (nowMs) => pools.map(stateOf(nowMs)),
    close() {
      watch.close()
      for (const pool of pools) pool.close()
    },
  }
}
