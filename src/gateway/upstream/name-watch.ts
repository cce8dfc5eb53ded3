/** Keeps the addresses of a host name current: looks them up in the background, and when one of them fails. */
import type { Deadlines, Expiring } from '../../http/deadlines.ts'
import type { Resolution, ResolveHost } from '../../http/sockets/resolve-host.ts'

/** What happened to the addresses of a name, for the log. */
export type NameEvent =
  /** Addresses came or went; not reported for the first answer. */
  | {
      readonly type: 'addresses_changed'
      readonly host: string
      readonly added: readonly string[]
      readonly removed: readonly string[]
    }
  /** The first lookup in a row that found nothing; `kept` addresses stay in use. */
  | { readonly type: 'resolve_failed'; readonly host: string; readonly why: string; readonly kept: number }
  | { readonly type: 'resolve_recovered'; readonly host: string; readonly failures: number }

export interface NameWatchDeps {
  readonly resolve: ResolveHost
  readonly deadlines: Deadlines
  /** Must not throw. */
  readonly onEvent: (event: NameEvent) => void
  /** Default: the clock of `performance.now()`, which is that of the deadlines. */
  readonly nowMs?: () => number
}

/** Most addresses of one name in use. */
export const MAX_ADDRESSES = 64
/** Shortest time between two lookups out of turn: a server that is down must not cause one for each request. */
const MIN_GAP_MS = 500
/** A resolver may report once by mistake that a name does not exist. */
const NONE_COUNTS_AFTER = 2
/** How long addresses stay in use during an outage of DNS. Later, each may belong to another machine. */
const MAX_STALE_MS = 24 * 3_600_000

/** @param onAddresses Called with the sorted addresses when they change; the first time during a later turn. */
export function createNameWatch(
  host: string,
  intervalMs: number,
  deps: NameWatchDeps,
  onAddresses: (addresses: readonly string[]) => void,
) {
  const { resolve, deadlines, onEvent, nowMs = () => performance.now() } = deps
  const known = createKnownAddresses(host, nowMs, onEvent, onAddresses)
  const waiting = new Set<(fault: string) => void>()
  let isLooking = false
  let isClosed = false
  let refreshedMs = -Infinity
  const next: Expiring = { deadlineMs: Infinity, onDeadline: () => look() }
  const look = (): void => {
    if (isLooking || isClosed) return
    isLooking = true
    next.deadlineMs = Infinity
    void resolve(host).then((resolution) => {
      isLooking = false
      if (!isClosed) {
        known.learn(resolution)
        next.deadlineMs = nowMs() + intervalMs
      }
      const callers = [...waiting]
      waiting.clear()
      for (const done of callers) done(known.fault())
    })
  }
  deadlines.add(next)
  look()
  return {
    /**
     * Looks the name up now, unless that has just been done.
     *
     * @param done Called once, perhaps at once, with the reason why no address is known; empty if there are any.
     * @returns Gives up waiting; `done` is not called then.
     */
    refresh(done: (fault: string) => void): () => void {
      if (!isLooking && nowMs() - refreshedMs >= MIN_GAP_MS) {
        refreshedMs = nowMs()
        look()
      }
      if (!isLooking) {
        done(known.fault())
        return () => {}
      }
      // An entry of its own, so that one function may wait twice.
      const entry = (why: string): void => done(why)
      waiting.add(entry)
      return () => void waiting.delete(entry)
    },
    close(): void {
      isClosed = true
      deadlines.remove(next)
    },
  }
}

/** What is known of a name after the lookups so far. */
function createKnownAddresses(
  host: string,
  nowMs: () => number,
  onEvent: (event: NameEvent) => void,
  onAddresses: (addresses: readonly string[]) => void,
) {
  let addresses: readonly string[] = []
  let fault = ''
  /** Lookups in a row that found no address, and in a row that found there is none. */
  let failures = 0
  let nones = 0
  let hasAnswered = false
  let goodMs = -Infinity
  const use = (found: readonly string[]): void => {
    const added = found.filter((address) => !addresses.includes(address))
    const removed = addresses.filter((address) => !found.includes(address))
    if (added.length === 0 && removed.length === 0) return
    addresses = found
    onAddresses(found)
    if (hasAnswered) onEvent({ type: 'addresses_changed', host, added, removed })
  }
  const missed = (why: string, isNone: boolean): void => {
    failures += 1
    nones = isNone ? nones + 1 : 0
    if (failures === 1) onEvent({ type: 'resolve_failed', host, why, kept: addresses.length })
    if (nones >= NONE_COUNTS_AFTER || nowMs() - goodMs > MAX_STALE_MS) use([])
    fault = addresses.length === 0 ? `${host}: ${why}` : ''
  }
  return {
    /** Why no address is known; empty if there are any. */
    fault: () => fault,
    learn(resolution: Resolution): void {
      if (resolution.kind !== 'addresses') return missed(resolution.why, resolution.kind === 'none')
      if (failures > 0) onEvent({ type: 'resolve_recovered', host, failures })
      failures = 0
      nones = 0
      goodMs = nowMs()
      fault = ''
      // Sorted, so that of too many addresses the same ones are used each time.
      use([...resolution.addresses].sort().slice(0, MAX_ADDRESSES))
      hasAnswered = true
    },
  }
}
