/** What a gateway keeps over a reload where the settings behind it have not changed. */
import { createHash } from 'node:crypto'
import type { ServerTrust } from './sockets/certificates.ts'
import { createKept, type Kept } from './kept.ts'
import { createMemoryRateStore } from './limits/memory-rate-store.ts'
import type { RateStore } from './limits/rate-store.ts'
import type { RouteAuth } from './judges/auth-service/route-auth.ts'
import type { ServerPool } from './upstream/server-pool.ts'

export interface GatewayState {
  /** Idle connections, ejection and health of each server. */
  readonly pools: Kept<ServerPool>
  /** Connections to auth services, and what they have said. */
  readonly auths: Kept<RouteAuth>
  /** How many requests were counted. */
  readonly rates: RateStore
  /** Lets go of what only the configuration of before had. */
  settle(): void
  close(): void
}

export function createGatewayState(rates: RateStore = createMemoryRateStore()): GatewayState {
  const pools = createKept<ServerPool>((pool) => pool.close())
  const auths = createKept<RouteAuth>(({ service }) => service.close())
  return {
    pools,
    auths,
    rates,
    settle() {
      pools.settle()
      auths.settle()
    },
    close() {
      pools.close()
      auths.close()
    },
  }
}

/** By what the files say, not by their names: a changed authority is another one. */
export function trustKey({ ca, cert, key }: ServerTrust): string {
  const hash = createHash('sha256')
  for (const part of [ca, cert, key]) {
    hash.update(part === undefined ? '-' : String(part.length)).update(' ')
    if (part !== undefined) hash.update(part)
  }
  return hash.digest('base64')
}
