/** One server of an upstream: its open connections, and whether it is worth asking. */
import type { ServerTrust } from '../sockets/certificates.ts'
import type { Deadlines, Expiring } from '../deadlines.ts'
import { startHealthCheck } from './health-check.ts'
import type { ServerSettings, UpstreamSettings } from '../settings.ts'
import { connect } from '../sockets/sockets.ts'
import type { Wire, WireEvents } from '../sockets/wire.ts'

/** A connection to a server, with room for one exchange at a time. */
export interface Link {
  readonly wire: Wire
  /** Whether it has carried an exchange before: then it may have been closed while the request was on its way. */
  readonly isReused: boolean
}

export interface ServerPool {
  readonly settings: ServerSettings
  /** Exchanges under way. */
  readonly active: number
  /** Whether it is left alone for now: it failed too often, or its health check says that it is down. */
  isAvoided(nowMs: number): boolean
  /**
   * Takes a connection for one exchange: an idle one, or a new one.
   *
   * @param settled Called once, perhaps at once: with the link, or with the reason why there is none.
   * @returns Gives up waiting; `settled` is not called then.
   */
  take(mayReuse: boolean, settled: (link: Link | undefined, fault: string) => void): () => void
  /** Ends an exchange. The connection is kept if it may carry another one. */
  release(link: Link, mayReuse: boolean): void
  /** Counts towards leaving it alone, or forgets what was counted. */
  report(outcome: 'ok' | 'failed', nowMs: number): void
  /** Closes what is idle, and what is released from now on. */
  close(): void
}

// Shorter than the 5 s after which Node.js and uvicorn close an idle connection, so that it is seldom they who do.
const KEEP_IDLE_MS = 4_000
const MAX_IDLE = 64

interface IdleLink extends Expiring {
  readonly wire: Wire
}

export function createServerPool(
  settings: ServerSettings,
  upstream: Pick<UpstreamSettings, 'ejectAfter' | 'ejectMs' | 'health'>,
  trust: ServerTrust,
  deadlines: Deadlines,
): ServerPool {
  const { ejectAfter, ejectMs } = upstream
  const health =
    upstream.health === undefined ? undefined : startHealthCheck(settings, trust, upstream.health, deadlines)
  const idle: IdleLink[] = []
  let active = 0
  let failures = 0
  let ejectedUntilMs = 0
  let isClosed = false

  const forget = (link: IdleLink): void => {
    const at = idle.indexOf(link)
    if (at >= 0) idle.splice(at, 1)
    deadlines.remove(link)
  }
  const park = (wire: Wire): void => {
    const drop = (): void => {
      forget(link)
      wire.destroy()
    }
    const link: IdleLink = { wire, deadlineMs: performance.now() + KEEP_IDLE_MS, onDeadline: drop }
    // Bytes that answer no request would be taken for the answer to the next one.
    wire.events = { onData: drop, onDrain() {}, onEnd: drop, onClose: () => forget(link) }
    // It may have been paused for a slow client; then nobody would hear that it was closed, nor the next answer.
    wire.resume()
    idle.push(link)
    deadlines.add(link)
  }
  const takeIdle = (): Wire | undefined => {
    for (let link = idle.pop(); link !== undefined; link = idle.pop()) {
      deadlines.remove(link)
      if (link.wire.isOpen) return link.wire
    }
    return undefined
  }

  return {
    settings,
    get active() {
      return active
    },
    isAvoided: (nowMs) => nowMs < ejectedUntilMs || health?.isUp === false,
    take(mayReuse, settled) {
      active += 1
      const parked = mayReuse ? takeIdle() : undefined
      if (parked !== undefined) {
        settled({ wire: parked, isReused: true }, '')
        return () => {}
      }
      let isPending = true
      const giveUp = connect(settings, trust, (wire, fault) => {
        isPending = false
        if (wire !== undefined) return settled({ wire, isReused: false }, '')
        active -= 1
        settled(undefined, fault)
      })
      return () => {
        if (isPending) active -= 1
        isPending = false
        giveUp()
      }
    },
    release({ wire }, mayReuse) {
      active -= 1
      if (mayReuse && wire.isOpen && !isClosed && idle.length < MAX_IDLE) park(wire)
      else {
        wire.events = IGNORED
        wire.destroy()
      }
    },
    report(outcome, nowMs) {
      failures = outcome === 'ok' ? 0 : failures + 1
      if (failures < ejectAfter) return
      failures = 0
      ejectedUntilMs = nowMs + ejectMs
    },
    close() {
      isClosed = true
      health?.close()
      // Each drop takes itself out of the list.
      for (let link = idle[0]; link !== undefined; link = idle[0]) link.onDeadline()
    },
  }
}

const IGNORED: WireEvents = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} }
