/** The admin listener: HTTP on own sockets, bounded like the others, and answers that may go on. */
import type { RouteAnswer } from '../../admin/route-answer.ts'
import { adminError } from '../../admin/admin-error.ts'
import type { AdminHead, AdmittedRequest } from '../../admin/router.ts'
import type { ConnectionListener, ListenerOptions } from '../../http/connections/connection-listener.ts'
import type { RequestHandler } from '../../http/connections/client-connection.ts'
import { createDeadlines } from '../../http/deadlines.ts'
import type { RequestFault } from '../../http/messages/framing.ts'
import type { RequestHead } from '../../http/messages/request-head.ts'
import { openOrClose } from '../decision-listener.ts'
import { findForeign } from '../local-only.ts'
import { AdminExchange, wholeAnswer, type AdminExchanges } from './admin-exchange.ts'

export interface AdminListener {
  /** `127.0.0.1:9181` or `unix:/run/warder.sock`; the real port if 0 was requested. */
  readonly address: string
  /** Another configuration is in force: certificates are read anew, and answers that go on end if their right is gone. */
  replaced(): void
  /** Stops accepting, ends answers that go on, and resolves when the other requests are answered. */
  stop(): Promise<void>
}

export interface AdminListenerOptions extends Pick<
  ListenerOptions,
  'address' | 'certificates' | 'onLimitReached' | 'onOverload'
> {
  /** Routes a request whose host and origin were checked. */
  readonly route: (head: AdminHead) => AdmittedRequest
  /** Further names under which the listener may be asked, in lower case. */
  readonly hosts: () => readonly string[]
}

/** Operators, probes and scrapers; the decision listener has 20,000. */
const MAX_CONNECTIONS = 1_000
/** Answers that are not read, mostly: those of the largest configurations are a few MiB long. */
const MAX_HELD_BYTES = 128 * 1024 ** 2
/** Longer than a reload waits for keys. */
const STOP_PATIENCE_MS = 10_000

/**
 * Binds the listener; free-socket.ts removes the socket of a killed process first.
 *
 * @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound.
 */
export function createAdminListener(options: AdminListenerOptions): AdminListener {
  const { address, certificates, onLimitReached, onOverload } = options
  const deadlines = createDeadlines()
  const context: AdminExchanges = { deadlines, open: new Set(), long: new Set() }
  const admit = createAdmit(options)
  const handler: RequestHandler = {
    serve: (stream) => void new AdminExchange(stream, admit(stream.head, stream.peer), context),
    refuse: (fault) => wholeAnswer(unreadable(fault)),
  }
  const open = (): ConnectionListener =>
    openOrClose(deadlines.close, {
      address,
      certificates,
      maxConnections: () => MAX_CONNECTIONS,
      maxHeldBytes: () => MAX_HELD_BYTES,
      deadlines,
      connected: () => handler,
      onLimitReached,
      onOverload,
    })
  const listener = address.kind === 'unix' ? ownerOnly(open) : open()
  return {
    address: listener.address,
    replaced() {
      listener.replaced()
      for (const exchange of context.open) exchange.endUnlessAllowed()
    },
    async stop() {
      const stopped = listener.stop(STOP_PATIENCE_MS)
      for (const exchange of context.open) exchange.end()
      await stopped
      deadlines.close()
    },
  }
}

/** Only the user of this process, and root, may connect to a socket that is created meanwhile. */
function ownerOnly<T>(create: () => T): T {
  const usual = process.umask(0o177)
  try {
    return create()
  } finally {
    process.umask(usual)
  }
}

/** Requests that a web page of another origin could send get nothing, whatever they ask for. */
function createAdmit({
  address,
  certificates,
  route,
  hosts,
}: AdminListenerOptions): (head: RequestHead, peer: string) => AdmittedRequest {
  const scheme = certificates === undefined ? 'http' : 'https'
  return (head, peer) => {
    // Browsers do not reach a unix socket, and its clients name any host.
    const foreign =
      address.kind === 'unix' ? undefined : findForeign(head.headers, head.authority, hosts(), scheme)
    if (foreign === undefined) return route(toAdminHead(head, peer))
    const code = foreign.what === 'host' ? 'ERR_ADMIN_HOST' : 'ERR_ADMIN_ORIGIN'
    return { kind: 'answered', answer: adminError(code, foreign.message, foreign.hints) }
  }
}

const toAdminHead = ({ method, path, query, headers, framing }: RequestHead, peer: string): AdminHead => ({
  method,
  path,
  query,
  headers,
  peer,
  bodyBytes:
    framing.kind === 'chunked'
      ? 'unknown'
      : framing.kind === 'length' && framing.bytes > 0
        ? framing.bytes
        : undefined,
})

const unreadable = ({ status, detail }: RequestFault): RouteAnswer => ({
  ...adminError('ERR_ADMIN_REQUEST', `the request cannot be read: ${detail}`),
  status,
})
