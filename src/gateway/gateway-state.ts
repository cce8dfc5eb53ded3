/** What a gateway keeps over a reload if the settings behind it have not changed. */
import { createKept } from './kept.ts'
import type { Stores } from '../decision/stores.ts'
import { createPasswordQueue } from './judges/passwords/password-check.ts'
import type { AuthService } from './judges/auth-service/auth-service.ts'
import { resolveHost } from '../http/sockets/resolve-host.ts'
import type { GatewayReport } from './gateway-report.ts'
import type { ServerGroup, ServerGroupDeps } from './upstream/server-group.ts'

export type GatewayState = ReturnType<typeof createGatewayState>

/** How names of servers are looked up, and who hears of servers. */
type Names = Omit<ServerGroupDeps, 'deadlines'>

const BY_THE_SYSTEM: Names = { resolve: resolveHost, onEvent() {}, onServer() {} }

/** @param names Default: the system's answers, without a log. */
export function createGatewayState(stores: Stores, names: Names = BY_THE_SYSTEM) {
  const servers = createKept<ServerGroup>((group) => group.close())
  const auths = createKept<AuthService>((service) => service.close())
  return {
    /** Addresses, idle connections, ejection and health of each server. */
    servers,
    /** Connections to auth services, and their remembered answers. */
    auths,
    /** How many requests were counted. */
    rates: stores.rates,
    /** Password checks take turns in it, those of a previous configuration among them. */
    passwordQueue: createPasswordQueue(),
    names,
    report(nowMs: number): GatewayReport {
      return {
        servers: [...servers.all, ...auths.all].flatMap((server) => server.states(nowMs)),
        authServices: [...auths.all].map((service) => service.state()),
      }
    },
    /** Closes what only the previous configuration had. */
    settle(): void {
      servers.settle()
      auths.settle()
    },
    /** Closes what only a configuration has that does not come into force. */
    discard(): void {
      servers.discard()
      auths.discard()
    },
    close(): void {
      servers.close()
      auths.close()
    },
  }
}
