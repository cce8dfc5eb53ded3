/** An HTTP listener on a TCP address or a unix socket. */
import http from 'node:http'
import { PROXIES } from '../callers/callers.ts'
import { createLastAnswers } from './last-answers.ts'
import { listenError } from '../listen-error.ts'
import { socketText, type SocketAddress } from '../socket-address.ts'

export type HttpHandler = (request: Request) => Response | Promise<Response>

export interface HttpListener {
  /** `127.0.0.1:9180` or `unix:/run/warder.sock`; the real port if 0 was requested. */
  readonly address: string
  /** Replaces all handlers between two requests. */
  replace(routes: Readonly<Record<string, HttpHandler>>): void
  /** Makes every answer from now on the last on its connection, so that callers go elsewhere before the stop. */
  drain(): void
  /** Stops accepting, and resolves when the requests in progress are answered. */
  stop(): Promise<void>
}

// Longer than any proxy keeps an idle connection, so that Warder never closes one that is in use.
const IDLE_TIMEOUT_SECONDS = Math.max(...PROXIES.map(({ keepsIdleSeconds }) => keepsIdleSeconds)) + 15
// 64 KiB of token and the rest of the head. The runtime's default of 16 KiB answers 431, which nginx turns into 500.
const MAX_HEAD_BYTES = 98_304
const NOT_FOUND = `no such endpoint; see ${PROXIES.map(({ docs }) => docs).join(', ')}\n`

/**
 * Binds a listener; free-socket.ts removes the socket of a killed process first. Paths without a handler are 404; a
 * handler that throws is 503.
 *
 * @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound.
 */
export function createHttpListener(
  address: SocketAddress,
  routes: Readonly<Record<string, HttpHandler>>,
): HttpListener {
  // For all listeners of this process. Writable on Bun; the types follow Node.
  Object.assign(http, { maxHeaderSize: MAX_HEAD_BYTES })
  let handlers = new Map(Object.entries(routes))
  let isDraining = false
  const isLast = createLastAnswers()
  const dispatch: HttpHandler = (request) => {
    const response = (handlers.get(pathOf(request.url)) ?? notFound)(request)
    if (!isLast() && !isDraining) return response
    return response instanceof Promise ? response.then(closing) : closing(response)
  }
  const server = bind(address, { fetch: dispatch, error: failed, development: false })
  return {
    address: socketText(address.kind === 'unix' ? address : { ...address, port: server.port ?? 0 }),
    replace: (next) => {
      handlers = new Map(Object.entries(next))
    },
    drain: () => {
      isDraining = true
    },
    // Removes a unix socket at once: when the last request is answered, the path may belong to a successor.
    stop: () => server.stop(false),
  }
}

/**
 * Whether a request announces a body. No handler reads it, and it would swallow the next request on the connection,
 * which is another client's: the answer must close the connection.
 */
export function announcesBody(headers: Headers): boolean {
  const length = headers.get('content-length')
  return (length !== null && length !== '0') || headers.has('transfer-encoding')
}

function closing(response: Response): Response {
  response.headers.set('connection', 'close')
  return response
}

interface ListenerOptions {
  readonly fetch: HttpHandler
  readonly error: () => Response
  readonly development: boolean
}

function bind(address: SocketAddress, options: ListenerOptions): Bun.Server<undefined> {
  try {
    if (address.kind === 'tcp') {
      return Bun.serve({
        ...options,
        hostname: address.host,
        port: address.port,
        idleTimeout: IDLE_TIMEOUT_SECONDS,
        reusePort: address.isShared === true,
      })
    }
    return Bun.serve({ ...options, unix: address.path })
  } catch (cause) {
    throw listenError(address, cause)
  }
}

/**
 * The path of a request's URL, without its query. The runtime passes an absolute URL in normal form, or the bare
 * target if the Host header is not a single host, so a Host cannot pose as a path.
 */
function pathOf(url: string): string {
  const start = url.startsWith('/') ? 0 : url.indexOf('/', 'https://'.length)
  const end = url.indexOf('?', start)
  return end < 0 ? url.slice(start) : url.slice(start, end)
}

// A request with a wrong path may share this connection with valid ones.
const notFound: HttpHandler = ({ headers }) =>
  new Response(NOT_FOUND, {
    status: 404,
    headers: announcesBody(headers) ? { connection: 'close' } : {},
  })

const failed = (): Response =>
  new Response(null, {
    status: 503,
    headers: { 'cache-control': 'no-store', 'x-decision-reason': 'internal_error', connection: 'close' },
  })
