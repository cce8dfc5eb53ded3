/** One listener of the gateway, and its connections. */
import type { ClientConnection, ConnectionContext } from './client/client-connection.ts'
import { createHeldBytes, type HeldBytes, type Overload } from './client/held-bytes.ts'
import { createConnectionLimit, type ConnectionLimit, type LimitReached } from './client/connection-limit.ts'
import type { Deadlines } from './deadlines.ts'
import type { ExchangeEvent } from './gateway-event.ts'
import { serveHttp1 } from './client/http1-connection.ts'
import { serveHttp2 } from './client/http2-connection.ts'
import type { ExchangeRules } from './exchange/exchange-context.ts'
import type { ListenerInput } from './gateway-input.ts'
import { listen, type SocketListener } from './sockets/sockets.ts'
import { listenTls, type TlsAccept } from './sockets/tls-listener.ts'
import type { Wire } from './sockets/wire.ts'

/** Called for what happens at a listener. */
export interface ListenerEvents {
  onExchange(event: ExchangeEvent, accessLog: boolean): void
  /** The listener at this address has as many connections as it may. */
  onLimitReached(address: string, report: LimitReached): void
  /** The connections of the listener at this address hold too much memory. */
  onOverload(address: string, overload: Overload): void
}

/** For the log. */
const EVICTED = 'closed to free memory'

export class GatewayListener {
  #input: ListenerInput
  #rules: ExchangeRules
  readonly #deadlines: Deadlines
  readonly #events: ListenerEvents
  readonly #proto: 'http' | 'https'
  readonly #connections: ConnectionLimit<ClientConnection>
  readonly #held: HeldBytes
  readonly #listening: SocketListener
  #isDraining = false
  #isStopping = false
  #allClosed = (): void => {}

  /** @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound. */
  constructor(input: ListenerInput, rules: ExchangeRules, deadlines: Deadlines, events: ListenerEvents) {
    const { settings, certificates } = input
    this.#input = input
    this.#rules = rules
    this.#deadlines = deadlines
    this.#events = events
    this.#proto = certificates === undefined ? 'http' : 'https'
    this.#connections = createConnectionLimit(
      () => this.#input.settings.maxConnections,
      (report) => events.onLimitReached(this.address, report),
      deadlines,
    )
    this.#held = createHeldBytes(
      () => this.#input.settings.maxHeldBytes,
      (overload) => events.onOverload(this.address, overload),
      deadlines,
      () => Bun.gc(true),
    )
    const accept: TlsAccept = {
      handshake: (close) => this.#handshake(close),
      http1: (wire) => this.#accept(wire, wire.peer, (context) => serveHttp1(wire, context)),
      http2: (session) =>
        this.#accept(session, session.socket?.remoteAddress ?? '', (context) => serveHttp2(session, context)),
    }
    this.#listening =
      certificates === undefined
        ? listen(settings.address, accept.http1)
        : listenTls(settings.address, () => this.#input.certificates ?? certificates, accept)
  }

  /** With the real port if the setting has 0. */
  get address(): string {
    return this.#listening.address
  }

  /** Puts other settings in force, from the next request on. The address and whether there is TLS stay. */
  replace(input: ListenerInput, rules: ExchangeRules): void {
    this.#rules = rules
    this.#input = input
    this.#listening.replaced()
  }

  /** Tells every client that its next answer is the last on its connection. New connections are still accepted. */
  drain(): void {
    this.#isDraining = true
    for (const connection of this.#connections.all) connection.drain()
  }

  /** Stops accepting, and resolves when the exchanges under way have ended, or after `patienceMs` without them. */
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
    if (!this.#connections.allowsOneMore()) return socket.destroy()
    let isEvicted = false
    const account = this.#held.open(peer, () => {
      isEvicted = true
      connection.destroy()
    })
    const connection = serve({
      rules: () => this.#rules,
      deadlines: this.#deadlines,
      proto: this.#proto,
      held: account,
      isDraining: () => this.#isDraining,
      isStopping: () => this.#isStopping,
      onExchange: (event) => this.#report(event, isEvicted),
      onBusy: () => this.#connections.setBusy(connection),
      onIdle: () => this.#connections.setIdle(connection),
      onClose: () => {
        account.close()
        this.#leave(connection)
      },
    })
    this.#connections.add(connection)
  }

  #report(event: ExchangeEvent, isEvicted: boolean): void {
    // The client did not leave on its own.
    const reported = isEvicted ? { ...event, detail: event.detail ?? EVICTED } : event
    this.#events.onExchange(reported, this.#input.settings.accessLog)
  }

  #leave(connection: ClientConnection): void {
    this.#connections.remove(connection)
    if (this.#connections.size === 0) this.#allClosed()
  }
}
