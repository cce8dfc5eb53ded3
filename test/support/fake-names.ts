/** Names of the test, each with the addresses that it has at the moment. */
import type { Deadlines, Expiring } from '../../src/http/deadlines.ts'
import type { Resolution, ResolveHost } from '../../src/http/sockets/resolve-host.ts'

export interface FakeNames {
  readonly resolve: ResolveHost
  /** Lookups so far. */
  readonly asked: readonly string[]
  set(host: string, ...addresses: readonly string[]): void
  /** The name does not exist. */
  remove(host: string): void
  /** No DNS server answers, until something is set. */
  fail(): void
}

export function createFakeNames(): FakeNames {
  const known = new Map<string, readonly string[]>()
  const asked: string[] = []
  let isFailing = false
  const answer = (host: string): Resolution => {
    if (isFailing) return { kind: 'failed', why: 'EAI_AGAIN' }
    const addresses = known.get(host)
    return addresses === undefined ? { kind: 'none', why: 'ENOTFOUND' } : { kind: 'addresses', addresses }
  }
  return {
    asked,
    resolve: async (host) => {
      asked.push(host)
      return answer(host)
    },
    set(host, ...addresses) {
      isFailing = false
      known.set(host, addresses)
    },
    remove: (host) => void known.delete(host),
    fail: () => {
      isFailing = true
    },
  }
}

export interface FakeClock {
  readonly deadlines: Deadlines
  readonly nowMs: () => number
  /** Lets time pass, and what is due happen; resolves when that has been answered. */
  pass(ms: number): Promise<void>
}

export function createFakeClock(): FakeClock {
  const items = new Set<Expiring>()
  let now = 1_000
  return {
    deadlines: {
      add: (item) => void items.add(item),
      remove: (item) => void items.delete(item),
      close() {},
    },
    nowMs: () => now,
    async pass(ms) {
      now += ms
      for (const item of items) {
        if (item.deadlineMs > now) continue
        item.deadlineMs = Infinity
        item.onDeadline()
      }
      // The answer of a fake lookup takes a few turns.
      for (let i = 0; i < 5; i++) await Promise.resolve()
    },
  }
}
