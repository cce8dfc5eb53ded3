/** One server of an upstream: its open connections, and whether it is worth asking. */
import type { ServerTrust } from '../sockets/certificates.ts'
import type { Deadlines } from '../deadlines.ts'
import { UNCHARGED } from '../held-account.ts'
import { createConnect } from './connect-attempts.ts'
import { createEjection } from './ejection.ts'
import { startHealthCheck } from './health-check.ts'
import { createKeptLinks, type KeptLink } from './kept-links.ts'
import type { ServerSettings, UpstreamSettings } from '../../settings/upstream/definition.ts'
import { NOBODY } from '../sockets/wire.ts'

/** A connection to a server. It carries one exchange at a time. */
export interface Link extends KeptLink {
  /** Whether it has carried an exchange before: then it may have been closed while the request was on its way. */
  readonly isReused: boolean
}

/** Called once, perhaps at once: with the link, or with the reason why there is none. */
export type LinkSettled = (link: Link | undefined, fault: string) => void

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
   * @returns Gives up waiting; `settled` is not called then.
   */
  take(mayReuse: boolean, settled: LinkSettled): () => void
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

/** What a pool needs to know of its upstream. */
export type PoolRules = Pick<UpstreamSettings, 'ejectAfter' | 'ejectForMs' | 'health' | 'maxConnectionAgeMs'>

const NOTHING = (): void => {}

export function createServerPool(
  settings: ServerSettings,
  rules: PoolRules,
  trust: ServerTrust,
  deadlines: Deadlines,
  address?: PoolAddress,
): ServerPool {
  const ip = address?.ip
  const place = { server: settings, ip, trust }
  const health = rules.health === undefined ? undefined : startHealthCheck(place, rules.health, deadlines)
  const connect = createConnect(place)
  const ejection = createEjection(rules, ip !== undefined)
  const kept = createKeptLinks(rules.maxConnectionAgeMs, deadlines)
  const hasMoved = `${ip} is no longer an address of the server`
  let active = 0
  let hasLeft = false
  const open = (settled: LinkSettled): (() => void) => {
    const failed = (fault: string): void => {
      active -= 1
      settled(undefined, fault)
    }
    if (hasLeft) {
      failed(hasMoved)
      return NOTHING
    }
    let isPending = true
    const giveUp = connect((wire, fault) => {
      isPending = false
      if (wire === undefined) return failed(fault)
      ejection.reached()
      if (!hasLeft) return settled({ wire, isReused: false, openedMs: performance.now() }, '')
      wire.destroy()
      failed(hasMoved)
    })
    return () => {
      if (isPending) active -= 1
      isPending = false
      giveUp()
    }
  }
  const close = (): void => {
    health?.close()
    kept.close()
  }
  return {
    settings,
    ip,
    get active() {
      return active
    },
    isAvoided: (nowMs) => ejection.isEjected(nowMs) || health?.isUp === false,
    take(mayReuse, settled) {
      active += 1
      const link = mayReuse ? kept.take() : undefined
      if (link === undefined) return open(settled)
      settled({ wire: link.wire, isReused: true, openedMs: link.openedMs }, '')
      return NOTHING
    },
    release(link, mayReuse) {
      const { wire } = link
      active -= 1
      wire.chargeTo(UNCHARGED)
      if (mayReuse && kept.keep(link)) return
      wire.events = NOBODY
      wire.destroy()
    },
    report(outcome, nowMs) {
      if (outcome === 'ok') return ejection.succeeded()
      if (outcome === 'unreachable') address?.onUnreachable()
      ejection.failed(nowMs)
    },
    close,
    leave() {
      hasLeft = true
      close()
    },
  }
}
