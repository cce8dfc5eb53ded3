/** The listener for HAProxy's SPOE: SPOP on own sockets, bounded like the decision listener. */
import type { ListenerLoad } from '../../http/connections/connection-listener.ts'
import { createDeadlines } from '../../http/deadlines.ts'
import type { RequestHandler } from '../../http/connections/client-connection.ts'
import type { SocketAddress } from '../../socket-address.ts'
import {
  DECISION_BOUNDS,
  openOrClose,
  STOP_PATIENCE_MS,
  type DecisionListenerEvents,
} from '../decision-listener.ts'
import type { SpopJudge } from './judge-method.ts'
import { SpopConnection } from './spop-connection.ts'

export interface SpoeListener {
  /** `127.0.0.1:9191` or `unix:/run/warder-spoe.sock`; the real port if 0 was requested. */
  readonly address: string
  readonly load: ListenerLoad
  /** Replaces what judges between two questions. */
  replace(judge: SpopJudge): void
  /** Sends HAProxy to other connections before the stop. */
  drain(): void
  /** Stops accepting, and resolves when the questions in progress are answered. */
  stop(): Promise<void>
}

/** There are no requests of HTTP on these connections. */
const NO_REQUESTS: RequestHandler = {
  serve: (stream) => stream.abort(),
  refuse: ({ status }) => ({ status, fields: [], body: '' }),
}

/** @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound. */
export function createSpoeListener(
  address: SocketAddress,
  first: SpopJudge,
  { onRefused, onLimitReached, onOverload }: DecisionListenerEvents,
): SpoeListener {
  let judge = first
  const deadlines = createDeadlines()
  const service = {
    judge: () => judge,
    onFault: ({ message }: { readonly message: string }) =>
      onRefused({ status: 400, detail: `on listen.spoe: ${message}` }),
  }
  const listener = openOrClose(deadlines.close, {
    ...DECISION_BOUNDS,
    address,
    certificates: undefined,
    deadlines,
    serve: (wire, context) => new SpopConnection(wire, context, service),
    connected: () => NO_REQUESTS,
    onLimitReached,
    onOverload,
  })
  return {
    address: listener.address,
    get load() {
      return listener.load
    },
    replace: (next) => {
      judge = next
    },
    drain: () => listener.drain(),
    async stop() {
      await listener.stop(STOP_PATIENCE_MS)
      deadlines.close()
    },
  }
}
