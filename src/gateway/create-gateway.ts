/** The gateway: a listener that judges every request it receives, and forwards what is allowed. */
import type { ClientConnection, ConnectionContext } from './client-connection.ts'
import { createDeadlines } from './deadlines.ts'
import type { ExchangeEvent } from './gateway-event.ts'
import { serveHttp1 } from './http1-connection.ts'
import { serveHttp2 } from './http2-connection.ts'
import { compileGatewayRules, type GatewayInput } from './rules.ts'
import type { GatewayListenSettings } from './settings.ts'
import { listen } from './sockets.ts'
import { listenTls } from './tls-listener.ts'
import type { Wire } from './wire.ts'

export interface Gateway {
  /** `127.0.0.1:8080` or `unix:/run/gateway.sock`; the real port where 0 was asked for. */
  readonly address: string
  /** Puts other rules in force, from the next request on. */
  replace(input: GatewayInput): void
  /** Stops accepting, and resolves when the exchanges under way have ended, or after `patienceMs` without them. */
  stop(patienceMs: number): Promise<void>
}

/** @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound. */
export function createGateway(
  { address }: GatewayListenSettings,
  input: GatewayInput,
  onExchange: (event: ExchangeEvent) => void,
): Gateway {
  const deadlines = createDeadlines()
  const connections = new Set<ClientConnection>()
  let rules = compileGatewayRules(input, deadlines)
  let isStopping = false
  let allClosed = (): void => {}
  let certificates = input.certificates
  const proto = certificates === undefined ? 'http' : 'https'
  const accept = (serve: (context: ConnectionContext) => ClientConnection): void => {
    const connection = serve({
      rules: () => rules,
      deadlines,
      proto,
      isStopping: () => isStopping,
      onExchange,
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
      ? listen(address, http1)
      : listenTls(address, () => certificates ?? inForce, {
          http1,
          http2: (session) => accept((context) => serveHttp2(session, context)),
        })
  return {
    address: listener.address,
    replace(next) {
      const old = rules
      rules = compileGatewayRules(next, deadlines)
      certificates = next.certificates
      listener.replaced()
      old.close()
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
      rules.close()
      deadlines.close()
    },
  }
}
