/** A listener and its connections: their number and memory are bounded, and they end in order. */
import type { Deadlines } from '../deadlines.ts'
import type { Certificates } from '../sockets/certificates.ts'
import { listen, type SocketListener } from '../sockets/sockets.ts'
import { listenTls, type TlsAccept } from '../sockets/tls-listener.ts'
import type { Wire } from '../sockets/wire.ts'
import type { SocketAddress } from '../../socket-address.ts'
import {
  USUAL_PATIENCE,
  type ClientConnection,
  type ClientPatience,
  type ConnectionContext,
  type RequestHandler,
} from './client-connection.ts'
import { createConnectionLimit, type ConnectionLimit, type LimitReached } from './connection-limit.ts'
import { createHeldBytes, type HeldBytes, type Overload } from './held-bytes.ts'
import { serveHttp1 } from './http1-connection.ts'
import { serveHttp2 } from './http2-connection.ts'
import { servePlain } from './plain-connection.ts'

export interface ListenerOptions {
  readonly address: SocketAddress
  /** Returns those in force; undefined: no TLS. */
  readonly certificates: (() => Certificates) | undefined
  /** Without TLS: whether a client may speak HTTP/2 from its first byte. Default: it may not. */
  readonly mayBeHttp2?: () => boolean
  /** Serves connections without TLS that speak another protocol than HTTP. Default: they speak HTTP. */
  readonly serve?: (wire: Wire, context: ConnectionContext) => ClientConnection
  /** In HTTP/2, a host that is missing or invalid is no fault: nobody reads it. Default: it is one. */
  readonly ignoresHost?: true
  /** In HTTP/2, a scheme of another connection is no fault: nobody reads it. Default: it is one. */
  readonly ignoresScheme?: true
  readonly maxConnections: () => number
  readonly maxHeldBytes: () => number
  readonly deadlines: Deadlines
  /** Default: ten seconds for the first request, 75 between two. */
  readonly patience?: ClientPatience
  /** Makes the handler of the requests of a new connection. */
  readonly connected: (connection: AcceptedConnection) => RequestHandler
  /** The listener has as many connections as it may. */
  readonly onLimitReached: (report: LimitReached) => void
  /** The connections of the listener hold too much memory. */
  readonly onOverload: (overload: Overload) => void
}

/** What a listener carries now. */
export interface ListenerLoad {
  /** Open connections. */
  readonly open: number
  /** New connections that were closed at once since the start, because there were as many as may be. */
  readonly refused: number
  /** Bytes that the connections hold in memory, of `max_held_bytes`. */
  readonly heldBytes: number
}

export interface AcceptedConnection {
  /** Whether it was closed to free memory: then the client did not leave on its own. */
  readonly isEvicted: boolean
  /** Address of the other side; empty on a unix socket. */
  readonly peer: string
}

export class ConnectionListener {
  readonly #options: ListenerOptions
  readonly #connections: ConnectionLimit<ClientConnection>
  readonly #held: HeldBytes
  readonly #listening: SocketListener
  #isDraining = false
  #isStopping = false
  #allClosed = (): void => {}

  /** @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound. */
  constructor(options: ListenerOptions) {
    const { address, certificates, deadlines, onLimitReached, onOverload } = options
    this.#options = options
    this.#connections = createConnectionLimit(options.maxConnections, onLimitReached, deadlines)
    this.#held = createHeldBytes(options.maxHeldBytes, onOverload, deadlines, () => Bun.gc(true))
    const accept: TlsAccept = {
      handshake: (close) => this.#handshake(close),
      http1: (wire) => this.#accept(wire, wire.peer, (context) => serveHttp1(wire, context)),
      http2: (session) => {
        const socket = { peer: session.socket?.remoteAddress ?? '', scheme: 'https' } as const
        this.#accept(session, socket.peer, (context) => serveHttp2(session, socket, context))
      },
    }
    const serveWire =
      options.serve ??
      ((wire: Wire, context: ConnectionContext) =>
        options.mayBeHttp2?.() === true ? servePlain(wire, context) : serveHttp1(wire, context))
    const plain = (wire: Wire): void => this.#accept(wire, wire.peer, (context) => serveWire(wire, context))
    this.#listening =
      certificates === undefined ? listen(address, plain) : listenTls(address, certificates, accept)
  }

  /** With the real port if 0 was configured. */
  get address(): string {
    return this.#listening.address
  }

  get load(): ListenerLoad {
    const { size: open, refused } = this.#connections
    return { open, refused, heldBytes: this.#held.total }
  }

  /** The certificates were replaced. */
  replaced(): void {
    this.#listening.replaced()
  }

  /** Tells every client that its next answer is the last on its connection. New connections are still accepted. */
  drain(): void {
    this.#isDraining = true
    for (const connection of this.#connections.all) connection.drain()
  }

  /** Stops accepting, and resolves when the requests under way have ended, or after `patienceMs` without them. */
  async stop(patienceMs: number): Promise<void> {
    this.#isDraining = true
    this.#isStopping = true
    this.#listening.stop()
    for (const connection of this.#connections.all) connection.stop()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs)
      this.#allClosed = () => {
        clearTimeout(timer)
        resolve()
      }
      if (this.#connections.size === 0) this.#allClosed()
    })
    for (const connection of this.#connections.all) connection.destroy()
  }

  #handshake(close: () => void): () => void {
    const waiting: ClientConnection = { drain() {}, stop: close, close, destroy: close }
    if (this.#connections.allowsOneMore()) this.#connections.add(waiting)
    else close()
    return () => this.#leave(waiting)
  }

  #accept(
    socket: Pick<Wire, 'destroy'>,
    peer: string,
    serve: (context: ConnectionContext) => ClientConnection,
  ): void {
    // Reset before it was accepted: the system has forgotten the address, not what was sent. The empty string is the peer
    // of a unix socket, which may be trusted.
    if (peer === '' && this.#options.address.kind === 'tcp') return socket.destroy()
    if (!this.#connections.allowsOneMore()) return socket.destroy()
    const accepted = { isEvicted: false, peer }
    const account = this.#held.open(peer, () => {
      accepted.isEvicted = true
      connection.destroy()
    })
    const connection = serve({
      handler: this.#options.connected(accepted),
      deadlines: this.#options.deadlines,
      patience: this.#options.patience ?? USUAL_PATIENCE,
      held: account,
      ignoresHost: this.#options.ignoresHost === true,
      ignoresScheme: this.#options.ignoresScheme === true,
      isDraining: () => this.#isDraining,
      isStopping: () => this.#isStopping,
      onBusy: () => this.#connections.setBusy(connection),
      onIdle: () => this.#connections.setIdle(connection),
      onClose: () => {
        account.close()
        this.#leave(connection)
      },
    })
    this.#connections.add(connection)
  }

  #leave(connection: ClientConnection): void {
    this.#connections.remove(connection)
    if (this.#connections.size === 0) this.#allClosed()
  }
}
