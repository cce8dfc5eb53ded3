/** The decision listener: HTTP on own sockets, and answers by path. */
import { PROXIES } from '../callers/callers.ts'
import {
  ConnectionListener,
  type ListenerLoad,
  type ListenerOptions,
} from '../http/connections/connection-listener.ts'
import { createDeadlines } from '../http/deadlines.ts'
import type { RequestFault } from '../http/messages/framing.ts'
import type { SocketAddress } from '../socket-address.ts'
import { createEndpointHandler, type Endpoints } from './endpoint-handler.ts'

export interface DecisionListener {
  /** `127.0.0.1:9180` or `unix:/run/warder.sock`; the real port if 0 was requested. */
  readonly address: string
  readonly load: ListenerLoad
  /** Replaces all endpoints between two requests. */
  replace(endpoints: Endpoints): void
  /** The certificates were replaced. */
  certificatesReplaced(): void
  /** Makes every answer from now on the last on its connection, so that callers go elsewhere before the stop. */
  drain(): void
  /** Stops accepting, and resolves when the requests in progress are answered. */
  stop(): Promise<void>
}

/** Called for what happens at the listener beside decisions. */
export interface DecisionListenerEvents extends Pick<ListenerOptions, 'onLimitReached' | 'onOverload'> {
  /** A request could not be read, and was refused. */
  readonly onRefused: (fault: RequestFault) => void
  /** A request named a path without an endpoint, and got a 404. */
  readonly onUnknownPath: (path: string) => void
}

/** Longer than any proxy keeps an idle connection, so that Warder never closes one that is in use. */
const IDLE_TIMEOUT_MS = (Math.max(...PROXIES.map(({ keepsIdleSeconds }) => keepsIdleSeconds)) + 15) * 1_000
/** A proxy opens connections in advance, too. */
const PATIENCE = { firstMs: IDLE_TIMEOUT_MS, idleMs: IDLE_TIMEOUT_MS }
/** As many as a listener of the gateway has by default. Every worker process of a proxy keeps some. */
const MAX_CONNECTIONS = 20_000
/** Heads that are not whole, and answers that are not read: 2,700 of the largest at once. */
const MAX_HELD_BYTES = 256 * 1024 ** 2
/** Longer than any step of a decision waits. */
export const STOP_PATIENCE_MS = 30_000

/** What the listeners have in common that answer decisions. */
export const DECISION_BOUNDS = {
  // Envoy asks either way.
  mayBeHttp2: () => true,
  // By gRPC, Envoy says http over TLS, too. The scheme of the original request is elsewhere.
  ignoresScheme: true,
  maxConnections: () => MAX_CONNECTIONS,
  maxHeldBytes: () => MAX_HELD_BYTES,
  patience: PATIENCE,
} as const

/**
 * Binds a listener; free-socket.ts removes the socket of a killed process first. Paths without an endpoint are 404; an
 * endpoint that throws is 503.
 *
 * @param certificates Returns those in force; undefined: no TLS.
 * @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound.
 */
export function createDecisionListener(
  address: SocketAddress,
  first: Endpoints,
  { onRefused, onUnknownPath, onLimitReached, onOverload }: DecisionListenerEvents,
  certificates?: ListenerOptions['certificates'],
): DecisionListener {
  let endpoints = first
  const deadlines = createDeadlines()
  const listener = openOrClose(deadlines.close, {
    ...DECISION_BOUNDS,
    address,
    certificates,
    deadlines,
    connected: ({ peer }) => createEndpointHandler(() => endpoints, peer, onRefused, onUnknownPath),
    onLimitReached,
    onOverload,
  })
  return {
    address: listener.address,
    get load() {
      return listener.load
    },
    replace: (next) => {
      endpoints = next
    },
    certificatesReplaced: () => listener.replaced(),
    drain: () => listener.drain(),
    async stop() {
      await listener.stop(STOP_PATIENCE_MS)
      deadlines.close()
    },
  }
}

/** @param close Called if the listener cannot be opened. */
export function openOrClose(close: () => void, options: ListenerOptions): ConnectionListener {
  try {
    return new ConnectionListener(options)
  } catch (fault) {
    close()
    throw fault
  }
}
