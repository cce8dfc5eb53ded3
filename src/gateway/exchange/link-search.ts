/** The way to a server: one after the other is tried, until a connection is there. */
import type { Link, ServerPool } from '../upstream/server-pool.ts'
import type { Upstream } from '../upstream/upstream.ts'

export interface LinkSearchEvents {
  /** A server is tried; the time to connect begins. */
  onTry(): void
  onFound(link: Link): void
  /** None is left. `fault` is what the last one had to say. */
  onNone(fault: string): void
}

export class LinkSearch {
  readonly #upstream: Upstream
  readonly #events: LinkSearchEvents
  readonly #tried: ServerPool[] = []
  #pool: ServerPool | undefined
  #cancel = (): void => {}

  constructor(upstream: Upstream, events: LinkSearchEvents) {
    this.#upstream = upstream
    this.#events = events
  }

  /** The server that was tried last. */
  get pool(): ServerPool | undefined {
    return this.#pool
  }

  /** Tries the next server. */
  next(lastFault: string): void {
    const next = this.#upstream.pick(this.#tried)
    if (next === undefined) return this.#events.onNone(lastFault)
    this.#tried.push(next)
    this.#connect(next, true)
  }

  /** A new connection to the same server, because the kept one was closed already. */
  again(): void {
    if (this.#pool !== undefined) this.#connect(this.#pool, false)
  }

  /** No byte of the request has left, so another server may have it, whatever its method. */
  failed(fault: string): void {
    this.#cancel()
    this.#pool?.report('failed', performance.now())
    this.next(fault)
  }

  /** Nothing is called from now on. */
  cancel(): void {
    this.#cancel()
  }

  #connect(pool: ServerPool, mayReuse: boolean): void {
    this.#pool = pool
    this.#events.onTry()
    let isSettled = false
    const cancel = pool.take(mayReuse, (link, fault) => {
      isSettled = true
      this.#cancel = () => {}
      if (link === undefined) this.failed(fault)
      else this.#events.onFound(link)
    })
    if (!isSettled) this.#cancel = cancel
  }
}
