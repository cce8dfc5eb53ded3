/** How many requests a client may send to an upstream: a sliding window for each client, in memory. */
import { isIPv6 } from 'node:net'
import type { IsTrusted } from './client-address.ts'
import type { ClientRequest } from './client-request.ts'
import type { OwnAnswer } from './own-answer.ts'
import type { RateLimitSettings } from './settings.ts'

/** An interface, so that counts can be kept elsewhere too. */
export interface RateLimiter {
  /**
   * Counts a request.
   *
   * @returns Seconds after which the client may come back; 0 if this one is within its limit.
   */
  take(client: string, nowMs: number): number
}

/** Clients that are counted at once: some 20 MiB. Beyond, the one that was counted first is forgotten. */
const MAX_CLIENTS = 100_000

interface Counts {
  /** Number of the window since the epoch of the clock. */
  window: number
  current: number
  previous: number
}

/**
 * Two fixed windows, of which the earlier counts by the share of it that is still within the sliding one. Requests
 * over the limit are not counted, so that a client that goes on asking is let in again.
 */
export function createRateLimiter({ requests, perMs }: RateLimitSettings): RateLimiter {
  const clients = new Map<string, Counts>()
  return {
    take(client, nowMs) {
      const window = Math.floor(nowMs / perMs)
      const counts = clients.get(client) ?? add(clients, client, window)
      if (counts.window !== window) {
        counts.previous = counts.window === window - 1 ? counts.current : 0
        counts.current = 0
        counts.window = window
      }
      const elapsed = nowMs / perMs - window
      if (counts.previous * (1 - elapsed) + counts.current + 1 > requests) {
        return Math.max(1, Math.ceil(((1 - elapsed) * perMs) / 1_000))
      }
      counts.current++
      return 0
    },
  }
}

function add(clients: Map<string, Counts>, client: string, window: number): Counts {
  if (clients.size >= MAX_CLIENTS) {
    for (const first of clients.keys()) {
      clients.delete(first)
      break
    }
  }
  const counts = { window, current: 0, previous: 0 }
  clients.set(client, counts)
  return counts
}

/** Counts a request; the answer to one too many, else undefined. */
export function limitRate(
  limiter: RateLimiter | undefined,
  { forwarded }: ClientRequest,
  isTrusted: IsTrusted,
): OwnAnswer | undefined {
  if (limiter === undefined) return undefined
  const seconds = limiter.take(clientOf(forwarded.forwardedFor, isTrusted), performance.now())
  return seconds === 0 ? undefined : { status: 429, headers: { 'Retry-After': String(seconds) } }
}

/**
 * Whom a request is counted for: the last address of `X-Forwarded-For` that no trusted proxy has. What stands
 * before it is the client's own word.
 *
 * @param forwardedFor As it is written for the upstream: with the peer at its end.
 */
export function clientOf(forwardedFor: string, isTrusted: IsTrusted): string {
  const chain = forwardedFor.split(',').map((address) => address.trim())
  const client = chain.findLast((address) => !isTrusted(address)) ?? chain[0] ?? ''
  return isIPv6(client) ? networkOf(client) : client
}

/** One client has a whole /64 of addresses. */
function networkOf(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const behind = tail === undefined || tail === '' ? [] : tail.split(':')
  const filled =
    tail === undefined ? groups : [...groups, ...zeros(8 - groups.length - behind.length), ...behind]
  return filled
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

const zeros = (count: number): readonly string[] => Array.from({ length: Math.max(0, count) }, () => '0')
