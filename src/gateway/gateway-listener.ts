/** One listener of the gateway, and its connections. */
import type { ServerHttp2Session } from 'node:http2'
import type { ClientConnection, ConnectionContext } from './client/client-connection.ts'
import { createHeldBytes, type Overload } from './client/held-bytes.ts'
import { createConnectionLimit, type LimitReached } from './client/connection-limit.ts'
import type { Deadlines } from './deadlines.ts'
import type { ExchangeEvent } from './gateway-event.ts'
import { serveHttp1 } from './client/http1-connection.ts'
import { serveHttp2 } from './client/http2-connection.ts'
import type { ExchangeRules } from './exchange/exchange-context.ts'
import type { ListenerInput } from './gateway-input.ts'
import { listen } from './sockets/sockets.ts'
import { listenTls } from './sockets/tls-listener.ts'
import type { Wire } from './sockets/wire.ts'

export interface GatewayListener {
  /** The real port where 0 was asked for. */
  readonly address: string
  /** Puts other settings in force, from the next request on. The address and whether there is TLS stay. */
  replace(next: ListenerInput, rules: ExchangeRules): void
  /** Tells every client that its next answer is the last on its connection. Connections are accepted still. */
  drain(): void
  /** Stops accepting, and resolves when the exchanges under way have ended, or after `patienceMs` without them. */
  stop(patienceMs: number): Promise<void>
}

/** Who is told what happens at a listener. */
export interface ListenerEvents {
  onExchange(event: ExchangeEvent, accessLog: boolean): void
  /** The listener at this address has as many connections as it may. */
  onLimitReached(address: string, report: LimitReached): void
  /** The connections of the listener at this address hold too much memory. */
  onOverload(address: string, overload: Overload): void
}

/** For the log. */
const EVICTED = 'closed to free memory'

/** @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound. */
export function openListener(
  first: ListenerInput,
  firstRules: ExchangeRules,
  deadlines: Deadlines,
  events: ListenerEvents,
): GatewayListener {
  let { settings, certificates } = first
  let rules = firstRules
  let isDraining = false
  let isStopping = false
  let allClosed = (): void => {}
  const proto = certificates === undefined ? 'http' : 'https'
  const connections = createConnectionLimit<ClientConnection>(
    () => settings.maxConnections,
    (report) => events.onLimitReached(listener.address, report),
    deadlines,
  )
  const held = createHeldBytes(
    () => settings.maxHeldBytes,
    (overload) => events.onOverload(listener.address, overload),
    deadlines,
    () => Bun.gc(true),
  )
  const accept = (peer: string, serve: (context: ConnectionContext) => ClientConnection): void => {
    let isEvicted = false
    const account = held.open(peer, () => {
      isEvicted = true
      connection.destroy()
    })
    const connection = serve({
      rules: () => rules,
      deadlines,
      proto,
      held: account,
      isDraining: () => isDraining,
      isStopping: () => isStopping,
      // The client did not leave on its own.
      onExchange: (event) =>
        events.onExchange(
          isEvicted ? { ...event, detail: event.detail ?? EVICTED } : event,
          settings.accessLog,
        ),
      onBusy: () => connections.setBusy(connection),
      onIdle: () => connections.setIdle(connection),
      onClose: () => {
        account.close()
        leave(connection)
      },
    })
    connections.add(connection)
  }
  const leave = (connection: ClientConnection): void => {
    connections.remove(connection)
    if (connections.size === 0) allClosed()
  }
  const handshake = (close: () => void): (() => void) => {
    const waiting: ClientConnection = { drain() {}, stop: close, close, destroy: close }
    if (connections.allowsOneMore()) connections.add(waiting)
    else close()
    return () => leave(waiting)
  }
  const http1 = (wire: Wire): void => {
    if (connections.allowsOneMore()) accept(wire.peer, (context) => serveHttp1(wire, context))
    else wire.destroy()
  }
  const http2 = (session: ServerHttp2Session): void => {
    const peer = session.socket?.remoteAddress ?? ''
    if (connections.allowsOneMore()) accept(peer, (context) => serveHttp2(session, context))
    else session.destroy()
  }
  const inForce = certificates
  const listener =
    inForce === undefined
      ? listen(settings.address, http1)
      : listenTls(settings.address, () => certificates ?? inForce, { handshake, http1, http2 })
  return {
    address: listener.address,
    replace(next, nextRules) {
      rules = nextRules
      settings = next.settings
      certificates = next.certificates
      listener.replaced()
    },
    drain() {
      isDraining = true
      for (const connection of connections.all) connection.drain()
    },
    async stop(patienceMs) {
      isDraining = true
      isStopping = true
      listener.stop()
      for (const connection of connections.all) connection.stop()
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs)
        allClosed = () => {
          clearTimeout(timer)
          resolve()
        }
        if (connections.size === 0) allClosed()
      })
      for (const connection of connections.all) connection.destroy()
    },
  }
}
