/** What a gateway keeps over a reload if the settings behind it have not changed. */
import { createKept, type Kept } from './kept.ts'
import type { RateStore, Stores } from '../decision/stores.ts'
import { createPasswordQueue } from './judges/passwords/password-check.ts'
import type { WorkQueue } from './judges/passwords/work-queue.ts'
import type { AuthService } from './judges/auth-service/auth-service.ts'
import { resolveHost } from './sockets/resolve-host.ts'
import type { NameWatchDeps } from './upstream/name-watch.ts'
import type { ServerGroup } from './upstream/server-group.ts'

export interface GatewayState {
  /** Addresses, idle connections, ejection and health of each server. */
  readonly servers: Kept<ServerGroup>
  /** How names of servers are looked up. */
  readonly names: Omit<NameWatchDeps, 'deadlines'>
  /** Connections to auth services, and their remembered answers. */
  readonly auths: Kept<AuthService>
  /** How many requests were counted. */
  readonly rates: RateStore
  /** Password checks take turns in it, those of a previous configuration among them. */
  readonly passwordQueue: WorkQueue
  /** Closes what only the previous configuration had. */
  settle(): void
  close(): void
}

const BY_THE_SYSTEM: GatewayState['names'] = { resolve: resolveHost, onEvent() {} }

/** @param names Default: the system's answers, without a log. */
export function createGatewayState(
  stores: Stores,
  names: GatewayState['names'] = BY_THE_SYSTEM,
): GatewayState {
  const servers = createKept<ServerGroup>((group) => group.close())
  const auths = createKept<AuthService>((service) => service.close())
  return {
    servers,
    auths,
    rates: stores.rates,
    passwordQueue: createPasswordQueue(),
    names,
    settle() {
      servers.settle()
      auths.settle()
    },
    close() {
      servers.close()
      auths.close()
    },
  }
}
