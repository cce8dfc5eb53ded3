/** One server of an upstream: its open connections, and whether it is worth asking. */
import type { ServerTrust } from '../../http/sockets/certificates.ts'
import type { Deadlines } from '../../http/deadlines.ts'
import { UNCHARGED } from '../../http/held-account.ts'
import { createConnect, type Connect } from './connect-attempts.ts'
import { createEjection, type Ejection } from './ejection.ts'
import { startHealthCheck, type HealthCheck } from './health-check.ts'
import { createKeptLinks, type KeptLink, type KeptLinks } from './kept-links.ts'
import type { ServerSettings, UpstreamSettings } from '../../settings/upstream/definition.ts'
import { NOBODY } from '../../http/sockets/wire.ts'

/** A connection to a server. It carries one exchange at a time. */
export interface Link extends KeptLink {
  /** Whether it has carried an exchange before: then it may have been closed while the request was on its way. */
  readonly isReused: boolean
}

/** Called once, perhaps at once: with the link, or with the reason why there is none. */
export type LinkSettled = (link: Link | undefined, fault: string) => void

/** Where a name leads. */
export interface PoolAddress {
  readonly ip: string
  /** No connection could be made. */
  readonly onUnreachable: () => void
}

/** What a pool needs to know of its upstream. */
export type PoolRules = Pick<UpstreamSettings, 'ejectAfter' | 'ejectForMs' | 'health' | 'maxConnectionAgeMs'>

const NOTHING = (): void => {}

/** The connections to one server, or to one address of its name. */
export class ServerPool {
  readonly settings: ServerSettings
  readonly #address: PoolAddress | undefined
  readonly #connect: Connect
  readonly #ejection: Ejection
  readonly #health: HealthCheck | undefined
  readonly #kept: KeptLinks
  #active = 0
  #hasLeft = false

  constructor(
    settings: ServerSettings,
    rules: PoolRules,
    trust: ServerTrust,
    deadlines: Deadlines,
    address?: PoolAddress,
  ) {
    const place = { server: settings, ip: address?.ip, trust }
    this.settings = settings
    this.#address = address
    this.#connect = createConnect(place)
    this.#ejection = createEjection(rules, address !== undefined)
    this.#health = rules.health === undefined ? undefined : startHealthCheck(place, rules.health, deadlines)
    this.#kept = createKeptLinks(rules.maxConnectionAgeMs, deadlines)
  }

  /** The address of its name that is connected to; undefined if the settings have an address or a socket. */
  get ip(): string | undefined {
    return this.#address?.ip
  }

  /** Exchanges under way. */
  get active(): number {
    return this.#active
  }

  /** Whether it is left alone for now: it failed too often, or its health check found it down. */
  isAvoided(nowMs: number): boolean {
    return this.#ejection.isEjected(nowMs) || this.#health?.isUp === false
  }

  /**
   * Takes a connection for one exchange: an idle one, or a new one.
   *
   * @returns Gives up waiting; `settled` is not called then.
   */
  take(mayReuse: boolean, settled: LinkSettled): () => void {
    this.#active += 1
    const kept = mayReuse ? this.#kept.take() : undefined
    if (kept === undefined) return this.#open(settled)
    settled({ wire: kept.wire, isReused: true, openedMs: kept.openedMs }, '')
    return NOTHING
  }

  #open(settled: LinkSettled): () => void {
    const fail = (fault: string): void => {
      this.#active -= 1
      settled(undefined, fault)
    }
    const hasMoved = (): void => fail(`${this.ip} is no longer an address of the server`)
    if (this.#hasLeft) {
      hasMoved()
      return NOTHING
    }
    let isPending = true
    const giveUp = this.#connect((wire, fault) => {
      isPending = false
      if (wire === undefined) return fail(fault)
      this.#ejection.reached()
      if (!this.#hasLeft) return settled({ wire, isReused: false, openedMs: performance.now() }, '')
      wire.destroy()
      hasMoved()
    })
    return () => {
      if (isPending) this.#active -= 1
      isPending = false
      giveUp()
    }
  }

  /** Ends an exchange. The connection is kept if it may carry another one. */
  release(link: Link, mayReuse: boolean): void {
    const { wire } = link
    this.#active -= 1
    wire.chargeTo(UNCHARGED)
    if (mayReuse && this.#kept.keep(link)) return
    wire.events = NOBODY
    wire.destroy()
  }

  /**
   * Counts towards leaving it alone, or forgets what was counted. `unreachable`: no connection could be made, so a
   * name is looked up again.
   */
  report(outcome: 'ok' | 'failed' | 'unreachable', nowMs: number): void {
    if (outcome === 'ok') return this.#ejection.succeeded()
    if (outcome === 'unreachable') this.#address?.onUnreachable()
    this.#ejection.failed(nowMs)
  }

  /** Closes what is idle, and what is released from now on. */
  close(): void {
    this.#health?.close()
    this.#kept.close()
  }

  /** As `close`, and connections that are being made are given up: the address may belong to another machine by now. */
  leave(): void {
    this.#hasLeft = true
    this.close()
  }
}
