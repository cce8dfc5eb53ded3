/** The connections of HTTP/2 to one server: an exchange gets one with room, or waits for a new one with others. */
import type { Wire } from '../../http/sockets/wire.ts'
import type { Connect } from './connect-attempts.ts'
import { MAX_STREAMS, openHttp2Session, type Http2Session, type SessionRules } from './http2-session.ts'
import type { Http2Link } from './http2-link.ts'
import type { LinkSettled } from './link.ts'

/** An exchange that waits for a connection. */
export interface Waiter {
  readonly settled: LinkSettled
  /** Gives up waiting; `settled` is not called then. */
  cancel: () => void
}

/** A connection that is being made. */
interface Opening {
  /** At most as many as a session may carry. */
  readonly waiters: Set<Waiter>
  giveUp: () => void
}

export interface SessionsRules extends SessionRules {
  /** Opens a connection that offers HTTP/2. */
  readonly connect: Connect
  /** With TLS, the server chose HTTP/1.1. Takes over the wire and the exchanges that wait. */
  readonly onHttp1: (wire: Wire, waiters: readonly Waiter[]) => void
}

const NOTHING = (): void => {}

export class Http2Sessions {
  readonly #rules: SessionsRules
  #sessions: readonly Http2Session[] = []
  #opening: Opening | undefined
  #isClosed = false

  constructor(rules: SessionsRules) {
    this.#rules = rules
  }

  /** A stream on a connection with room. */
  ready(): Http2Link | undefined {
    const nowMs = performance.now()
    return this.#sessions.find((session) => session.hasRoom(nowMs))?.take()
  }

  /** A stream on a new connection, which may be one that is being made. @returns Gives up waiting. */
  open(settled: LinkSettled): () => void {
    const waiter: Waiter = { settled, cancel: NOTHING }
    this.#wait(waiter)
    return () => waiter.cancel()
  }

  /** Closes what is idle, and what is released from now on. */
  close(): void {
    this.#isClosed = true
    for (const session of this.#sessions) session.retire()
  }

  /** Lets an exchange wait for the connection that is being made, or for another one. */
  #wait(waiter: Waiter): void {
    const opening = this.#opening
    const joined = opening !== undefined && opening.waiters.size < MAX_STREAMS ? opening : undefined
    const waited: Opening = joined ?? { waiters: new Set(), giveUp: NOTHING }
    waited.waiters.add(waiter)
    waiter.cancel = () => {
      if (!waited.waiters.delete(waiter) || waited.waiters.size > 0) return
      if (this.#opening === waited) this.#opening = undefined
      waited.giveUp()
    }
    if (joined === undefined) this.#begin(waited)
  }

  #begin(opening: Opening): void {
    const { connect, scheme, onHttp1 } = this.#rules
    this.#opening = opening
    opening.giveUp = connect((wire, fault, isHttp2) => {
      if (wire === undefined) return this.#fail(opening, fault)
      if (scheme === 'https' && !isHttp2) return onHttp1(wire, this.#over(opening))
      opening.giveUp = () => wire.destroy()
      openHttp2Session(wire, this.#rules, (session, why) => {
        if (session === undefined) this.#fail(opening, why)
        else this.#serve(session, this.#over(opening))
      })
    })
  }

  #fail(opening: Opening, fault: string): void {
    for (const { settled } of this.#over(opening)) settled(undefined, fault)
  }

  /** Nobody waits for it any more. @returns Who did. */
  #over(opening: Opening): readonly Waiter[] {
    if (this.#opening === opening) this.#opening = undefined
    const waiters = [...opening.waiters]
    opening.waiters.clear()
    return waiters
  }

  #serve(session: Http2Session, waiters: readonly Waiter[]): void {
    this.#sessions = [session, ...this.#sessions.filter((known) => !known.isRetired)]
    const nowMs = performance.now()
    for (const [i, waiter] of waiters.entries()) {
      if (session.hasRoom(nowMs)) waiter.settled(session.take(), '')
      // Else a server that never has room would be connected to again and again.
      else if (i === 0) waiter.settled(undefined, 'the server accepts no request')
      else this.#wait(waiter)
    }
    if (this.#isClosed) session.retire()
  }
}
