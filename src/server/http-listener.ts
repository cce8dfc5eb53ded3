/** A listener of the runtime for a few requests: the admin listener. */
import { listenError } from '../listen-error.ts'
import { socketText, type SocketAddress } from '../socket-address.ts'

export type HttpHandler = (request: Request) => Response | Promise<Response>

export interface HttpListener {
  /** `127.0.0.1:9181` or `unix:/run/warder.sock`; the real port if 0 was requested. */
  readonly address: string
  /** Stops accepting, and resolves when the requests in progress are answered. */
  stop(): Promise<void>
}

const IDLE_TIMEOUT_SECONDS = 75
const NOT_FOUND = 'no such path\n'

/**
 * Binds a listener; free-socket.ts removes the socket of a killed process first. Paths without a handler are 404; a
 * handler that throws is 503.
 *
 * Every answer is the last on its connection: the runtime keeps the unread answers of a client without a bound, and
 * goes on reading its requests, so a client that pipelines could fill the memory. Nor does a body that no handler reads
 * swallow the next request.
 *
 * @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound.
 */
export function createHttpListener(
  address: SocketAddress,
  routes: Readonly<Record<string, HttpHandler>>,
): HttpListener {
  const handlers = new Map(Object.entries(routes))
  const dispatch: HttpHandler = (request) => {
    const response = (handlers.get(pathOf(request.url)) ?? notFound)(request)
    return response instanceof Promise ? response.then(closing) : closing(response)
  }
  const server = bind(address, { fetch: dispatch, error: failed, development: false })
  return {
    address: socketText(address.kind === 'unix' ? address : { ...address, port: server.port ?? 0 }),
    // Removes a unix socket at once: when the last request is answered, the path may belong to a successor.
    stop: () => server.stop(false),
  }
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

const notFound: HttpHandler = () => new Response(NOT_FOUND, { status: 404 })

const failed = (): Response =>
  new Response(null, {
    status: 503,
    headers: { 'cache-control': 'no-store', 'x-decision-reason': 'internal_error', connection: 'close' },
  })
