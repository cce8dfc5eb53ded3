/** The listener for Check calls: HTTP/2 on own sockets, bounded like the decision listener. */
import { createDeadlines } from '../../http/deadlines.ts'
import type { ListenerLoad, ListenerOptions } from '../../http/connections/connection-listener.ts'
import type { SocketAddress } from '../../socket-address.ts'
import {
  DECISION_BOUNDS,
  openOrClose,
  STOP_PATIENCE_MS,
  type DecisionListenerEvents,
} from '../decision-listener.ts'
import { createGrpcHandler, type GrpcMethods } from './grpc-handler.ts'

export interface GrpcListener {
  /** `127.0.0.1:9190` or `unix:/run/warder-grpc.sock`; the real port if 0 was requested. */
  readonly address: string
  readonly load: ListenerLoad
  /** Replaces all methods between two calls. */
  replace(methods: GrpcMethods): void
  /** The certificates were replaced. */
  certificatesReplaced(): void
  /** Sends callers to other connections before the stop. */
  drain(): void
  /** Stops accepting, and resolves when the calls in progress are answered. */
  stop(): Promise<void>
}

/**
 * @param certificates Returns those in force; undefined: no TLS.
 * @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound.
 */
export function createGrpcListener(
  address: SocketAddress,
  first: GrpcMethods,
  { onRefused, onLimitReached, onOverload }: DecisionListenerEvents,
  certificates?: ListenerOptions['certificates'],
): GrpcListener {
  let methods = first
  const deadlines = createDeadlines()
  const handler = createGrpcHandler(() => methods, deadlines, onRefused)
  const listener = openOrClose(deadlines.close, {
    ...DECISION_BOUNDS,
    address,
    certificates,
    deadlines,
    // Callers name their cluster or a socket there, in forms of their own: `_warder`, `%2Frun%2Fwarder.sock`.
    ignoresHost: true,
    connected: () => handler,
    onLimitReached,
    onOverload,
  })
  return {
    address: listener.address,
    get load() {
      return listener.load
    },
    replace: (next) => {
      methods = next
    },
    certificatesReplaced: () => listener.replaced(),
    drain: () => listener.drain(),
    async stop() {
      await listener.stop(STOP_PATIENCE_MS)
      deadlines.close()
    },
  }
}
