/** How often one client may send a wrong token, or a wrong password to be explained. */
import { networkOf, plainAddress } from '../syntax/ip-address.ts'

export interface GuessLimit {
  /** How long the client has to wait; 0 if it may try now. */
  waitSeconds(peer: string): number
  /** It has sent a wrong one. */
  wrong(peer: string): void
}

/** Wrong ones that are answered at once, and the time after which one more is: a day has 86,400 guesses. */
export const GUESSES_AT_ONCE = 20
const GUESS_MS = 1_000
/** Clients that are remembered; of more, the one that was wrong longest ago is forgotten. */
const MAX_CLIENTS = 10_000

/**
 * Counts by address; of IPv6 by the network of 64 bits, all of which one client has. Clients behind one address share
 * its count, so that a flood keeps the others there out as well, but nobody elsewhere.
 *
 * @param nowMs A clock that never goes back.
 */
export function createGuessLimit(nowMs: () => number): GuessLimit {
  /** When the count of each client is 0 again, in the order of their last wrong one. */
  const zeroAt = new Map<string, number>()
  return {
    waitSeconds(peer) {
      const zeroMs = zeroAt.get(clientOf(peer))
      if (zeroMs === undefined) return 0
      return Math.max(0, Math.ceil((zeroMs - nowMs() - (GUESSES_AT_ONCE - 1) * GUESS_MS) / 1_000))
    },
    wrong(peer) {
      const client = clientOf(peer)
      const now = nowMs()
      const zeroMs = Math.max(now, zeroAt.get(client) ?? 0) + GUESS_MS
      zeroAt.delete(client)
      zeroAt.set(client, zeroMs)
      if (zeroAt.size <= MAX_CLIENTS) return
      for (const oldest of zeroAt.keys()) {
        zeroAt.delete(oldest)
        return
      }
    },
  }
}

function clientOf(peer: string): string {
  const address = plainAddress(peer)
  return address.includes(':') ? networkOf(address) : address
}
