/** One server of an upstream: its open connections, and whether it is worth asking. */
import type { ServerTrust } from '../../http/sockets/certificates.ts'
import type { Deadlines } from '../../http/deadlines.ts'
import type { Offers } from '../../http/sockets/sockets.ts'
import type { Wire } from '../../http/sockets/wire.ts'
import type { ServerSettings, UpstreamSettings } from '../../settings/upstream/definition.ts'
import { createConnect, type Connect } from './connect-attempts.ts'
import { createEjection, type Ejection } from './ejection.ts'
import { startHealthCheck, type HealthCheck } from './health-check.ts'
import { createHttp1Links, type Http1Links } from './http1-links.ts'
import { Http1Link } from './http1-link.ts'
import { Http2Link } from './http2-link.ts'
import { Http2Sessions, type Waiter } from './http2-sessions.ts'
import type { Link, LinkSettled } from './link.ts'
import type { ServerChange } from './server-event.ts'

/** What an exchange needs. */
export interface LinkWish {
  /** Whether the connection may have carried another exchange. */
  readonly mayReuse: boolean
  /** Whether it is for a WebSocket, which HTTP/1.1 alone can open here. */
  readonly isUpgrade: boolean
}

/** Where a name leads. */
export interface PoolAddress {
  readonly ip: string
  /** No connection could be made. */
  readonly onUnreachable: () => void
}

/** What a pool needs to know of its upstream. */
export type PoolRules = Pick<
  UpstreamSettings,
  'ejectAfter' | 'ejectForMs' | 'health' | 'maxConnectionAgeMs' | 'protocol'
>

/** For how long a server that chose HTTP/1.1 is not offered HTTP/2. */
const CHOICE_MS = 60_000
const NOTHING = (): void => {}

/** The connections to one server, or to one address of its name. */
export class ServerPool {
  readonly settings: ServerSettings
  readonly #address: PoolAddress | undefined
  readonly #ejection: Ejection
  readonly #health: HealthCheck | undefined
  readonly #onChange: (change: ServerChange) => void
  readonly #http1: Http1Links
  /** Undefined if it is not spoken with this server. */
  readonly #http2: Http2Sessions | undefined
  readonly #mayBeHttp1: boolean
  #chosenHttp1UntilMs = -Infinity
  #active = 0
  #hasLeft = false

  constructor(
    settings: ServerSettings,
    rules: PoolRules,
    trust: ServerTrust,
    deadlines: Deadlines,
    address?: PoolAddress,
    onChange: (change: ServerChange) => void = NOTHING,
  ) {
    const { maxConnectionAgeMs, health } = rules
    const place = { server: settings, ip: address?.ip, trust }
    const offers = offersOf(settings, rules.protocol)
    const connect = (offered: Offers | undefined): Connect =>
      this.#present(createConnect(offered === undefined ? place : { ...place, offers: offered }))
    this.settings = settings
    this.#address = address
    this.#onChange = onChange
    this.#ejection = createEjection(rules, address !== undefined)
    this.#health =
      health &&
      startHealthCheck(offers === 'h2' ? { ...place, offers } : place, health, deadlines, (isUp) =>
        onChange({ type: isUp ? 'server_up' : 'server_down' }),
      )
    this.#http1 = createHttp1Links(connect(undefined), maxConnectionAgeMs, deadlines)
    this.#mayBeHttp1 = offers !== 'h2'
    if (offers === undefined) return
    this.#http2 = new Http2Sessions({
      scheme: settings.isTls ? 'https' : 'http',
      maxConnectionAgeMs,
      deadlines,
      connect: connect(offers),
      onHttp1: (wire, waiters) => this.#choseHttp1(wire, waiters),
    })
  }

  /** The address of its name that is connected to; undefined if the settings have an address or a socket. */
  get ip(): string | undefined {
    return this.#address?.ip
  }

  /** Exchanges under way. */
  get active(): number {
    return this.#active
  }

  /** What its health check found; undefined without one. */
  get isUp(): boolean | undefined {
    return this.#health?.isUp
  }

  /** For how much longer it is left alone because it failed too often, in milliseconds; 0: it is not. */
  ejectedForMs(nowMs: number): number {
    return this.#ejection.remainingMs(nowMs)
  }

  /** Whether it is left alone for now: it failed too often, or its health check found it down. */
  isAvoided(nowMs: number): boolean {
    return this.#ejection.isEjected(nowMs) || this.#health?.isUp === false
  }

  /** Takes a link for one exchange on an open connection, if there is one. */
  takeReady(wish: Pick<LinkWish, 'isUpgrade'>): Link | undefined {
    const ready = this.#linksFor(wish).ready()
    if (ready !== undefined) this.#active += 1
    return ready
  }

  /**
   * Takes a link for one exchange: on an open connection, or on a new one.
   *
   * @returns Gives up waiting; `settled` is not called then.
   */
  take(wish: LinkWish, settled: LinkSettled): () => void {
    const ready = wish.mayReuse ? this.takeReady(wish) : undefined
    if (ready !== undefined) {
      settled(ready, '')
      return NOTHING
    }
    const links = this.#linksFor(wish)
    this.#active += 1
    let isPending = true
    const giveUp = links.open((link, fault) => {
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

  #linksFor({ isUpgrade }: Pick<LinkWish, 'isUpgrade'>): Http1Links | Http2Sessions {
    if (this.#http2 === undefined) return this.#http1
    const isChosen = this.#mayBeHttp1 && performance.now() < this.#chosenHttp1UntilMs
    return isChosen || (isUpgrade && this.#mayBeHttp1) ? this.#http1 : this.#http2
  }

  /** The server was offered both versions. Its connection serves one exchange; the others get their own. */
  #choseHttp1(wire: Wire, waiters: readonly Waiter[]): void {
    const [first, ...others] = waiters
    if (!this.#mayBeHttp1 || first === undefined) {
      wire.destroy()
      for (const { settled } of waiters) settled(undefined, 'the server does not speak HTTP/2')
      return
    }
    this.#chosenHttp1UntilMs = performance.now() + CHOICE_MS
    first.settled(this.#http1.toLink(wire), '')
    for (const waiter of others) waiter.cancel = this.#http1.open(waiter.settled)
  }

  /** Connects only while the server is at this address. */
  #present(connect: Connect): Connect {
    const moved = `${this.ip} is no longer an address of the server`
    return (settled) => {
      if (this.#hasLeft) {
        settled(undefined, moved, false)
        return NOTHING
      }
      return connect((wire, fault, isHttp2) => {
        if (wire === undefined) return settled(undefined, fault, false)
        this.#ejection.reached()
        if (!this.#hasLeft) return settled(wire, '', isHttp2)
        wire.destroy()
        settled(undefined, moved, false)
      })
    }
  }

  /** Ends an exchange. A connection of HTTP/1.1 is kept if it may carry another one. */
  release(link: Link, mayReuse: boolean): void {
    this.#active -= 1
    this.#leave(link, mayReuse)
  }

  #leave(link: Link, mayReuse: boolean): void {
    if (link instanceof Http1Link) this.#http1.release(link, mayReuse)
    else if (link instanceof Http2Link) link.release()
  }

  /**
   * Counts towards leaving it alone, or forgets what was counted. `unreachable`: no connection could be made, so a
   * name is looked up again.
   */
  report(outcome: 'ok' | 'failed' | 'unreachable', nowMs: number): void {
    if (outcome === 'ok') return this.#ejection.succeeded()
    if (outcome === 'unreachable') this.#address?.onUnreachable()
    const forMs = this.#ejection.failed(nowMs)
    if (forMs > 0) this.#onChange({ type: 'server_ejected', forMs })
  }

  /** Closes what is idle, and what is released from now on. */
  close(): void {
    this.#health?.close()
    this.#http1.close()
    this.#http2?.close()
  }

  /** As `close`, and connections that are being made are given up: the address may belong to another machine by now. */
  leave(): void {
    this.#hasLeft = true
    this.close()
  }
}

/** What a server is offered; undefined: HTTP/1.1 is spoken without asking. */
function offersOf(
  { isTls, isH2c }: Pick<ServerSettings, 'isTls' | 'isH2c'>,
  protocol: UpstreamSettings['protocol'],
): Offers | undefined {
  if (isH2c === true || protocol === 'http2') return 'h2'
  return isTls && protocol === 'auto' ? 'h2_or_http1' : undefined
}
