/** One server of an upstream: its open connections, and whether it is worth asking. */
import type { ServerTrust } from '../../http/sockets/certificates.ts'
import type { Deadlines } from '../../http/deadlines.ts'
import type { ServerSettings, UpstreamSettings } from '../../settings/upstream/definition.ts'
import { createConnect, type Connect } from './connect-attempts.ts'
import { createEjection, type Ejection } from './ejection.ts'
import { startHealthCheck, type HealthCheck } from './health-check.ts'
import { createHttp1Links, type Http1Links } from './http1-links.ts'
import { Http1Link } from './http1-link.ts'
import type { Link, LinkSettled } from './link.ts'

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
  readonly #ejection: Ejection
  readonly #health: HealthCheck | undefined
  readonly #links: Http1Links
  #active = 0
  #hasLeft = false

  constructor(
    settings: ServerSettings,
    rules: PoolRules,
    trust: ServerTrust,
    deadlines: Deadlines,
    address?: PoolAddress,
  ) {
    const { maxConnectionAgeMs, health } = rules
    const place = { server: settings, ip: address?.ip, trust }
    this.settings = settings
    this.#address = address
    this.#ejection = createEjection(rules, address !== undefined)
    this.#health = health && startHealthCheck(place, health, deadlines)
    this.#links = createHttp1Links(this.#present(createConnect(place)), maxConnectionAgeMs, deadlines)
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
   * Takes a link for one exchange: on an open connection, or on a new one.
   *
   * @returns Gives up waiting; `settled` is not called then.
   */
  take(mayReuse: boolean, settled: LinkSettled): () => void {
    const ready = mayReuse ? this.#links.ready() : undefined
    this.#active += 1
    if (ready !== undefined) {
      settled(ready, '')
      return NOTHING
    }
    let isPending = true
    const giveUp = this.#links.open((link, fault) => {
      // Given up in the same moment.
      if (!isPending) return link && this.#leave(link, false)
      isPending = false
      if (link === undefined) this.#active -= 1
      settled(link, fault)
    })
    return () => {
      if (isPending) this.#active -= 1
      isPending = false
      giveUp()
    }
  }

  /** Connects only while the server is at this address. */
  #present(connect: Connect): Connect {
    const moved = `${this.ip} is no longer an address of the server`
    return (settled) => {
      if (this.#hasLeft) {
        settled(undefined, moved)
        return NOTHING
      }
      return connect((wire, fault) => {
        if (wire === undefined) return settled(undefined, fault)
        this.#ejection.reached()
        if (!this.#hasLeft) return settled(wire, '')
        wire.destroy()
        settled(undefined, moved)
      })
    }
  }

  /** Ends an exchange. The connection is kept if it may carry another one. */
  release(link: Link, mayReuse: boolean): void {
    this.#active -= 1
    this.#leave(link, mayReuse)
  }

  #leave(link: Link, mayReuse: boolean): void {
    if (link instanceof Http1Link) this.#links.release(link, mayReuse)
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
    this.#links.close()
  }

  /** As `close`, and connections that are being made are given up: the address may belong to another machine by now. */
  leave(): void {
    this.#hasLeft = true
    this.close()
  }
}
