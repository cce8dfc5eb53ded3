/** One listener of the gateway, and its connections. */
import type { ClientConnection, ConnectionContext } from './client-connection.ts'
import type { Deadlines } from './deadlines.ts'
import type { ExchangeEvent } from './gateway-event.ts'
import { serveHttp1 } from './http1-connection.ts'
import { serveHttp2 } from './http2-connection.ts'
import type { GatewayRules, ListenerInput } from './rules.ts'
import { listen } from './sockets.ts'
import { listenTls } from './tls-listener.ts'
import type { Wire } from './wire.ts'

export interface GatewayListener {
  /** The real port where 0 was asked for. */
  readonly address: string
  /** Puts other settings in force, from the next request on. The address and whether there is TLS stay. */
  replace(next: ListenerInput, rules: GatewayRules): void
  /** Stops accepting, and resolves when the exchanges under way have ended, or after `patienceMs` without them. */
  stop(patienceMs: number): Promise<void>
}

/** @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound. */
export function openListener(
  first: ListenerInput,
  firstRules: GatewayRules,
  deadlines: Deadlines,
  onExchange: (event: ExchangeEvent, logsAccess: boolean) => void,
): GatewayListener {
  const connections = new Set<ClientConnection>()
  let { settings, certificates } = first
  let rules = firstRules
  let isStopping = false
  let allClosed = (): void => {}
  const proto = certificates === undefined ? 'http' : 'https'
  const accept = (serve: (context: ConnectionContext) => ClientConnection): void => {
    const connection = serve({
      rules: () => rules,
      deadlines,
      proto,
      isStopping: () => isStopping,
      onExchange: (event) => onExchange(event, settings.logsAccess),
      onClose: () => {
        connections.delete(connection)
        if (connections.size === 0) allClosed()
      },
    })
    connections.add(connection)
  }
  const http1 = (wire: Wire): void => accept((context) => serveHttp1(wire, context))
  const inForce = certificates
  const listener =
    inForce === undefined
      ? listen(settings.address, http1)
      : listenTls(settings.address, () => certificates ?? inForce, {
          http1,
          http2: (session) => accept((context) => serveHttp2(session, context)),
        })
  return {
    address: listener.address,
    replace(next, nextRules) {
      rules = nextRules
      settings = next.settings
      certificates = next.certificates
      listener.replaced()
    },
    async stop(patienceMs) {
      isStopping = true
      listener.stop()
      for (const connection of connections) connection.stop()
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs)
        allClosed = () => {
          clearTimeout(timer)
          resolve()
        }
        if (connections.size === 0) allClosed()
      })
      for (const connection of connections) connection.destroy()
    },
  }
}
