/** Keeps the connections of clients within the files that this process may open. */
import { readFileSync } from 'node:fs'

/** Left for files, keys and connections to servers; a tenth of the limit if that is more. */
const RESERVED = 64

/**
 * How many connections a process may have that has these limits.
 *
 * @param limits `/proc/self/limits`.
 * @returns Infinity if they do not say.
 */
export function mostConnections(limits: string): number {
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity)
  return files === Infinity ? files : Math.max(1, files - Math.max(RESERVED, Math.ceil(files / 10)))
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'latin1')
  } catch {
    // Another system than Linux.
    return ''
  }
}

// The system counts descriptors by process, whatever the listener; so there is one count, too.
let open = 0
let most: number | undefined
/** Of the listeners that have connections: each closes an idle one, if it has any. */
const listeners = new Set<() => boolean>()

/**
 * The connections of all listeners. At the limit of the system, none would be accepted any more: all clients would wait
 * for one of the idle connections to end.
 */
export const CLIENT_DESCRIPTORS = {
  get isFull(): boolean {
    // The runtime raises its limit when it starts.
    most ??= mostConnections(readLimits())
    return open >= most
  },
  /** @param closeIdle Of the listener of the connection. */
  opened(closeIdle: () => boolean): void {
    listeners.add(closeIdle)
    open++
  },
  /** @param isLast The listener has no other connection. */
  closed(closeIdle: () => boolean, isLast: boolean): void {
    if (isLast) listeners.delete(closeIdle)
    open--
  },
  /** Whether a listener had an idle connection, which is closed. */
  closeIdle: (): boolean => [...listeners].some((close) => close()),
}
