/** One server of an upstream: its open connections, and whether it is worth asking. */
import type { ServerTrust } from '../sockets/certificates.ts'
import type { Deadlines, Expiring } from '../deadlines.ts'
import { UNCHARGED } from '../held-account.ts'
import { createConnect } from './connect-attempts.ts'
import { startHealthCheck } from './health-check.ts'
import type { ServerRules } from './server-group.ts'
import type { ServerSettings } from '../../settings/upstream/definition.ts'
import type { Wire, WireEvents } from '../sockets/wire.ts'

/** A connection to a server, with room for one exchange at a time. */
export interface Link {
  readonly wire: Wire
  /** Whether it has carried an exchange before: then it may have been closed while the request was on its way. */
  readonly isReused: boolean
  /** When it was opened, on the clock of `performance.now()`. */
  readonly openedMs: number
}

export interface ServerPool {
  readonly settings: ServerSettings
  /** The address of its name that is connected to; undefined if the settings have an address or a socket. */
  readonly ip: string | undefined
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
  /**
   * Counts towards leaving it alone, or forgets what was counted. `unreachable`: no connection could be made, so a
   * name is looked up again.
   */
  report(outcome: 'ok' | 'failed' | 'unreachable', nowMs: number): void
  /** Closes what is idle, and what is released from now on. */
  close(): void
  /** The same, and connections that are being made are given up: the address may be somebody else's by now. */
  leave(): void
}

/** Where a name leads. */
export interface PoolAddress {
  readonly ip: string
  /** No connection could be made. */
  readonly onUnreachable: () => void
}

// Shorter than the 5 s after which Node.js and uvicorn close an idle connection, so that it is seldom they who do.
const KEEP_IDLE_MS = 4_000
const MAX_IDLE = 64
/** Longest time for which an address is left alone that was never reached. */
const MAX_UNREACHED_MS = 60_000

interface IdleLink extends Expiring {
  readonly wire: Wire
  readonly openedMs: number
}

export function createServerPool(
  settings: ServerSettings,
  rules: Omit<ServerRules, 'resolveMs'>,
  trust: ServerTrust,
  deadlines: Deadlines,
  address?: PoolAddress,
): ServerPool {
  const { ejectAfter, ejectForMs, maxConnectionAgeMs } = rules
  const ip = address?.ip
  const place = { server: settings, ip, trust }
  const health = rules.health === undefined ? undefined : startHealthCheck(place, rules.health, deadlines)
  const connect = createConnect(place)
  const hasMoved = `${ip} is no longer an address of the server`
  const idle: IdleLink[] = []
  let active = 0
  let failures = 0
  let ejectedUntilMs = 0
  let isClosed = false
  let hasLeft = false
  let hasConnected = false
  let unreachedMs = ejectForMs

  const forget = (link: IdleLink): void => {
    const at = idle.indexOf(link)
    if (at >= 0) idle.splice(at, 1)
    deadlines.remove(link)
  }
  const park = (wire: Wire, openedMs: number): void => {
    const drop = (): void => {
      forget(link)
      wire.destroy()
    }
    const deadlineMs = Math.min(performance.now() + KEEP_IDLE_MS, openedMs + maxConnectionAgeMs)
    const link: IdleLink = { wire, openedMs, deadlineMs, onDeadline: drop }
    // Bytes that answer no request would be taken for the answer to the next one.
    wire.events = { onData: drop, onDrain() {}, onEnd: drop, onClose: () => forget(link) }
    // It may have been paused for a slow client; then nobody would hear that it was closed, nor the next answer.
    wire.resume()
    idle.push(link)
    deadlines.add(link)
  }
  const takeIdle = (): IdleLink | undefined => {
    for (let link = idle.pop(); link !== undefined; link = idle.pop()) {
      deadlines.remove(link)
      if (link.wire.isOpen) return link
    }
    return undefined
  }

  const close = (): void => {
    isClosed = true
    health?.close()
    // Each drop takes itself out of the list.
    for (let link = idle[0]; link !== undefined; link = idle[0]) link.onDeadline()
  }
  /**
   * An address of a name that was never reached is left alone at the first failure: of a name with addresses of both
   * families, often one leads nowhere.
   */
  const isLeftAlone = (): boolean => failures >= ejectAfter || (ip !== undefined && !hasConnected)
  const ejectionMs = (): number => {
    if (ip === undefined || hasConnected) return ejectForMs
    const ms = unreachedMs
    unreachedMs = Math.min(ms * 2, Math.max(MAX_UNREACHED_MS, ejectForMs))
    return ms
  }

  return {
    settings,
    ip,
    get active() {
      return active
    },
    isAvoided: (nowMs) => nowMs < ejectedUntilMs || health?.isUp === false,
    take(mayReuse, settled) {
      active += 1
      const parked = mayReuse ? takeIdle() : undefined
      if (parked !== undefined) {
        settled({ wire: parked.wire, isReused: true, openedMs: parked.openedMs }, '')
        return () => {}
      }
      if (hasLeft) {
        active -= 1
        settled(undefined, hasMoved)
        return () => {}
      }
      let isPending = true
      const giveUp = connect((wire, fault) => {
        isPending = false
        hasConnected ||= wire !== undefined
        if (wire !== undefined && !hasLeft)
          return settled({ wire, isReused: false, openedMs: performance.now() }, '')
        active -= 1
        wire?.destroy()
        settled(undefined, wire === undefined ? fault : hasMoved)
      })
      return () => {
        if (isPending) active -= 1
        isPending = false
        giveUp()
      }
    },
    release({ wire, openedMs }, mayReuse) {
      active -= 1
      wire.chargeTo(UNCHARGED)
      const isOld = performance.now() - openedMs >= maxConnectionAgeMs
      if (mayReuse && wire.isOpen && !isClosed && !isOld && idle.length < MAX_IDLE) park(wire, openedMs)
      else {
        wire.events = IGNORED
        wire.destroy()
      }
    },
    report(outcome, nowMs) {
      if (outcome === 'unreachable') address?.onUnreachable()
      failures = outcome === 'ok' ? 0 : failures + 1
      if (failures === 0 || !isLeftAlone()) return
      failures = 0
      ejectedUntilMs = nowMs + ejectionMs()
    },
    close,
    leave() {
      hasLeft = true
      close()
    },
  }
}

const IGNORED: WireEvents = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} }
