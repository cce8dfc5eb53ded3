/** A connection of HTTP/2 to a server: many exchanges at once, for as long as it is worth trusting. */
import type { ClientHttp2Session } from 'node:http2'
import type { Deadlines, Expiring } from '../../http/deadlines.ts'
import { MAX_HEAD_BYTES } from '../../http/messages/header-fields.ts'
import { nodeHttp2 } from '../../http/sockets/late-modules.ts'
import { toNodeStream } from '../../http/sockets/wire-stream.ts'
import type { Wire } from '../../http/sockets/wire.ts'
import { Http2Link, type LinkSession } from './http2-link.ts'
import { KEEP_MS } from './kept-links.ts'

/** Most exchanges at once, if the server allows as many. */
export const MAX_STREAMS = 100
/**
 * A connection on which nothing was heard for as long gets no further exchange, because its server may be gone without
 * a word; a new connection shows it. A ping would show it too, but servers of gRPC count pings, and close the connection.
 */
const FRESH_MS = 5_000
/**
 * Streams that were given up before the connection is replaced: servers close one with too many of them as an attack
 * (CVE-2023-44487), and with it the exchanges of other clients. Most of them tolerate a thousand.
 */
const MAX_RESETS = 500
/** How long a server may take to close its side. */
const CLOSE_MS = 2_000

const CLIENT_OPTIONS = { settings: { enablePush: false, maxHeaderListSize: MAX_HEAD_BYTES } } as const
const NO_BYTES = new Uint8Array(0)

/** What all sessions of a pool have in common. */
export interface SessionRules {
  readonly scheme: 'http' | 'https'
  readonly maxConnectionAgeMs: number
  readonly deadlines: Deadlines
}

/**
 * Begins HTTP/2 on a wire. The server's settings are waited for: they show that it speaks HTTP/2, and how many requests
 * it takes at once; and they come without a request.
 *
 * @param settled Called once: with the session, or with the reason why there is none.
 */
export function openHttp2Session(
  wire: Wire,
  rules: SessionRules,
  settled: (session: Http2Session | undefined, fault: string) => void,
): void {
  const stream = toNodeStream(wire, NO_BYTES)
  // Nothing is looked up by this name: the socket is there already.
  const session = nodeHttp2().connect('http://server', { ...CLIENT_OPTIONS, createConnection: () => stream })
  let fault = 'the server closed before it began HTTP/2'
  const closed = (): void => {
    wire.destroy()
    settled(undefined, fault)
  }
  session.on('close', closed)
  session.once('remoteSettings', () => {
    session.off('close', closed)
    settled(new Http2Session(session, rules, wire), '')
  })
  // A broken session ends with `close` too.
  session.on('error', (error: Error) => (fault = `HTTP/2: ${error.message}`))
}

export class Http2Session implements LinkSession {
  readonly session: ClientHttp2Session
  readonly scheme: 'http' | 'https'
  readonly #endMs: number
  readonly #expiring: Expiring
  #heardMs = performance.now()
  #exchanges = 0
  #streams = 0
  #resets = 0
  #hasServed = false
  #isRetired = false

  constructor(session: ClientHttp2Session, rules: SessionRules, wire: Wire) {
    const { scheme, maxConnectionAgeMs, deadlines } = rules
    this.session = session
    this.scheme = scheme
    this.#endMs = performance.now() + maxConnectionAgeMs
    this.#expiring = {
      deadlineMs: Infinity,
      onDeadline: () => {
        if (!this.#isRetired) return this.retire()
        // What has not left by now never will: the rest of a request that nobody reads, or a server that does not close.
        deadlines.remove(this.#expiring)
        session.destroy()
        wire.destroy()
      },
    }
    deadlines.add(this.#expiring)
    session.on('goaway', () => this.retire())
    session.on('close', () => {
      this.#isRetired = true
      // The socket is open until the server has closed its side too.
      this.#expiring.deadlineMs = performance.now() + CLOSE_MS
      if (!wire.isOpen) deadlines.remove(this.#expiring)
    })
    this.#restIfIdle()
  }

  /** Whether it carries no further exchange. */
  get isRetired(): boolean {
    return this.#isRetired
  }

  /** Whether it may carry one more exchange now. */
  hasRoom(nowMs: number): boolean {
    if (nowMs >= this.#endMs || this.#resets >= MAX_RESETS) this.retire()
    const { maxConcurrentStreams = MAX_STREAMS } = this.session.remoteSettings
    const most = Math.min(MAX_STREAMS, maxConcurrentStreams)
    return !this.#isRetired && this.#streams < most && nowMs - this.#heardMs < FRESH_MS
  }

  take(): Http2Link {
    this.#expiring.deadlineMs = Infinity
    this.#exchanges += 1
    this.#streams += 1
    const link = new Http2Link(this, this.#hasServed)
    this.#hasServed = true
    return link
  }

  heard(): void {
    this.#heardMs = performance.now()
  }

  released(): void {
    this.#exchanges -= 1
    this.#restIfIdle()
  }

  closed(wasReset: boolean): void {
    this.#streams -= 1
    if (wasReset) this.#resets += 1
  }

  /** Carries no further exchange, and closes when those under way have ended. */
  retire(): void {
    if (this.#isRetired) return
    this.#isRetired = true
    this.#restIfIdle()
  }

  #restIfIdle(): void {
    if (this.#exchanges > 0 || this.session.destroyed) return
    if (this.#isRetired) this.session.close()
    this.#expiring.deadlineMs = performance.now() + (this.#isRetired ? CLOSE_MS : KEEP_MS)
  }
}
