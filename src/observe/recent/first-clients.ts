/** Which clients are met for the first time in a while. */
import { isIPv6 } from 'node:net'
import { networkOf } from '../../syntax/ip-address.ts'

/** Then every client is new again, in milliseconds. */
const FORGET_MS = 10_000
/** Most clients that are remembered; when there are more, no other one counts as new. */
const MAX_CLIENTS = 1_000

export interface FirstClients {
  /** @param client Its address; of IPv6, a network is one client. */
  isFirst(client: string): boolean
}

/** @param monotonicMs A clock that never goes back, in milliseconds. */
export function createFirstClients(monotonicMs: () => number): FirstClients {
  const seen = new Set<string>()
  let sinceMs = monotonicMs()
  return {
    isFirst(client) {
      const nowMs = monotonicMs()
      if (nowMs - sinceMs >= FORGET_MS) {
        seen.clear()
        sinceMs = nowMs
      }
      const one = isIPv6(client) ? networkOf(client) : client
      if (seen.has(one) || seen.size >= MAX_CLIENTS) return false
      seen.add(one)
      return true
    },
  }
}
