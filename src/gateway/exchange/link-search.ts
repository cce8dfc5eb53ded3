/** Finds a connection, and holds it: one server after the other is tried. */
import type { RequestHead } from '../../http/messages/request-head.ts'
import type { ServerChoice } from '../upstream/server-choice.ts'
import type { Link } from '../upstream/link.ts'
import type { ServerPool } from '../upstream/server-pool.ts'

export interface LinkSearchEvents {
  /** A server is tried, or its name is looked up, without a `server`: the time to connect begins. */
  onTry(server: ServerPool | undefined): void
  /** The server that was tried last has no connection for this exchange. */
  onUnreached?(fault: string): void
  onFound(link: Link): void
  /** No server is left. `fault` is the last one's. */
  onNone(fault: string): void
}

const NOTHING = (): void => {}

export class LinkSearch {
  readonly #servers: ServerChoice
  readonly #isUpgrade: boolean
  readonly #events: LinkSearchEvents
  readonly #tried: ServerPool[] = []
  #pool: ServerPool | undefined
  #link: Link | undefined
  #connects = 0
  #hasRefreshed = false
  #isRefreshing = false
  #cancel = NOTHING

  /** @param isUpgrade Whether it is for a WebSocket. */
  constructor(servers: ServerChoice, isUpgrade: boolean, events: LinkSearchEvents) {
    this.#servers = servers
    this.#isUpgrade = isUpgrade
    this.#events = events
  }

  /** The server that was tried last. */
  get pool(): ServerPool | undefined {
    return this.#pool
  }

  /** How often a server was asked again, or another one, after the first. */
  get retries(): number {
    return Math.max(0, this.#connects - 1)
  }

  /** The connection that was found, until it is released. */
  get link(): Link | undefined {
    return this.#link
  }

  /** Tries the next server. */
  next(lastFault: string): void {
    const next = this.#servers.pick(this.#tried)
    if (next === undefined) return this.#refresh(lastFault)
    this.#tried.push(next)
    this.#connect(next, true)
  }

  /** A new connection to the same server, because the kept one had been closed. */
  again(): void {
    this.release(false)
    if (this.#pool !== undefined) this.#connect(this.#pool, false)
  }

  /** No byte of the request has left, so another server may have it, whatever its method. */
  failed(fault: string): void {
    this.#cancel()
    if (this.#isRefreshing) {
      this.#isRefreshing = false
      return this.#events.onNone(`${fault}, and no answer to a lookup of its name`)
    }
    this.report('unreachable')
    this.#events.onUnreached?.(fault)
    this.next(fault)
  }

  /** How the server that was tried last has done. */
  report(outcome: 'ok' | 'failed' | 'unreachable'): void {
    this.#pool?.report(outcome, performance.now())
  }

  release(mayReuse: boolean): void {
    if (this.#link !== undefined) this.#pool?.release(this.#link, mayReuse)
    this.#link = undefined
  }

  /** Nothing is called from now on, and the connection is closed. */
  cancel(): void {
    this.#cancel()
    this.release(false)
  }

  /** All were tried: the application may have moved. Once, so that an exchange has an end. */
  #refresh(lastFault: string): void {
    const { refresh } = this.#servers
    if (refresh === undefined || this.#hasRefreshed) return this.#events.onNone(lastFault)
    this.#hasRefreshed = true
    this.#isRefreshing = true
    this.#events.onTry(undefined)
    this.#await((settled) =>
      refresh((fault) => {
        settled()
        this.#isRefreshing = false
        this.next(lastFault === '' ? fault : lastFault)
      }),
    )
  }

  #connect(pool: ServerPool, mayReuse: boolean): void {
    this.#pool = pool
    this.#connects += 1
    const isUpgrade = this.#isUpgrade
    // Nearly always, and without the functions that a wait needs.
    const ready = mayReuse ? pool.takeReady({ isUpgrade }) : undefined
    if (ready !== undefined) return this.#found(ready)
    this.#events.onTry(pool)
    this.#await((settled) =>
      pool.take({ mayReuse, isUpgrade }, (link, fault) => {
        settled()
        if (link === undefined) this.failed(fault)
        else this.#found(link)
      }),
    )
  }

  #found(link: Link): void {
    this.#link = link
    this.#events.onFound(link)
  }

  /** Begins something that can be cancelled, unless it settles at once. */
  #await(begin: (settled: () => void) => () => void): void {
    let isSettled = false
    const cancel = begin(() => {
      isSettled = true
      this.#cancel = NOTHING
    })
    if (!isSettled) this.#cancel = cancel
  }
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/**
 * Whether a request may be sent again: nothing of it is lost, and it may arrive twice (RFC 9110 §9.2.2), unless it was
 * refused unseen.
 */
export const isRepeatable = ({ method, framing }: RequestHead, wasRefused: boolean): boolean =>
  framing.kind === 'none' && (wasRefused || IDEMPOTENT.has(method))
