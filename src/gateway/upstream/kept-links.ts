/** Connections to a server that carry no exchange, and are kept for the next one. */
import type { Deadlines, Expiring } from '../../http/deadlines.ts'
import type { Wire } from '../../http/sockets/wire.ts'

export interface KeptLink {
  readonly wire: Wire
  /** When it was opened, on the clock of `performance.now()`. */
  readonly openedMs: number
}

// Shorter than the 5 s after which Node.js and uvicorn close an idle connection, so that they seldom close it first.
export const KEEP_MS = 4_000
const MAX_KEPT = 256

interface Entry extends KeptLink, Expiring {}

/** @param maxAgeMs Age from which a connection is not kept any more. */
export function createKeptLinks(maxAgeMs: number, deadlines: Deadlines) {
  const entries: Entry[] = []
  let isClosed = false
  const forget = (entry: Entry): void => {
    const at = entries.indexOf(entry)
    if (at >= 0) entries.splice(at, 1)
    deadlines.remove(entry)
  }
  return {
    /** Returns false if the connection cannot be kept: the caller ends it. */
    keep({ wire, openedMs }: KeptLink): boolean {
      const nowMs = performance.now()
      const endMs = openedMs + maxAgeMs
      if (!wire.isOpen || isClosed || nowMs >= endMs || entries.length >= MAX_KEPT) return false
      const drop = (): void => {
        forget(entry)
        wire.destroy()
      }
      const entry: Entry = {
        wire,
        openedMs,
        deadlineMs: Math.min(nowMs + KEEP_MS, endMs),
        onDeadline: drop,
      }
      // Bytes that answer no request would be taken for the answer to the next request.
      wire.events = { onData: drop, onDrain() {}, onEnd: drop, onClose: () => forget(entry) }
      // It may have been paused for a slow client; then neither its close nor the next answer would be noticed.
      wire.resume()
      entries.push(entry)
      deadlines.add(entry)
      return true
    },
    /** The connection that was kept last, and is open. */
    take(): KeptLink | undefined {
      for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
        deadlines.remove(entry)
        if (entry.wire.isOpen) return entry
      }
      return undefined
    },
    /** Closes all, and keeps none from now on. */
    close(): void {
      isClosed = true
      // Each takes itself out of the list.
      for (let entry = entries[0]; entry !== undefined; entry = entries[0]) entry.onDeadline()
    },
  }
}
