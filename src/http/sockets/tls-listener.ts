/**
 * The TLS listener, on `node:tls`: the runtime's own listener has a single certificate, and cannot
 * replace it.
 */
import type { ServerHttp2Session } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { Certificates } from './certificates.ts'
import { Holding, UNCHARGED } from '../held-account.ts'
import { HTTP2_SERVER } from './http2-options.ts'
import { nodeHttp2, nodeTls } from './late-modules.ts'
import { socketText, type SocketAddress } from '../../socket-address.ts'
import type { SocketListener } from './sockets.ts'
import { listenError } from '../../listen-error.ts'
import { NOBODY, type Wire } from './wire.ts'

/** Longest time for a handshake, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 10_000

/** Serves a connection by the version of HTTP that was agreed on. */
export interface TlsAccept {
  /**
   * A connection has arrived, and its handshake begins. It holds a descriptor like any other.
   *
   * @param close Gives the connection up.
   * @returns To be called when the handshake is over, successful or not.
   */
  handshake(close: () => void): () => void
  http1(wire: Wire): void
  http2(session: ServerHttp2Session): void
}

/**
 * @param certificates Returns those in force; called at each handshake.
 * @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound.
 */
export function listenTls(
  address: SocketAddress,
  certificates: () => Certificates,
  accept: TlsAccept,
): SocketListener {
  const http2 = nodeHttp2().createServer(HTTP2_SERVER)
  http2.on('session', (session) => accept.http2(session))
  const { first, asksForClientCertificates } = certificates()
  const server = nodeTls().createServer(
    {
      // For clients that name no server; SNICallback serves the others.
      ...first,
      SNICallback: (name, done) => done(null, certificates().contextFor(name)),
      ALPNProtocols: ['h2', 'http/1.1', 'http/1.0'],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      allowHalfOpen: true,
      requestCert: asksForClientCertificates,
      rejectUnauthorized: asksForClientCertificates,
    },
    (socket) => {
      handshakes.get(socket)?.()
      if (socket.alpnProtocol !== 'h2') return accept.http1(toWire(socket))
      // After the client's end there are neither further requests nor window updates to wait for.
      socket.on('end', () => socket.destroy())
      http2.emit('connection', socket)
    },
  )
  const handshakes = new WeakMap<object, () => void>()
  server.on('connection', (socket) => {
    const over = accept.handshake(() => void socket.destroy())
    handshakes.set(socket, over)
    socket.once('close', over)
  })
  let cause: unknown
  server.on('error', (fault: unknown) => (cause = fault))
  // A failed handshake is the client's affair. The runtime reports one that takes too long, and leaves it open.
  server.on('tlsClientError', (_fault, socket) => void socket.destroy())
  if (address.kind === 'unix') {
    server.listen(address.path)
  } else {
    const { host, port, isShared = false } = address
    server.listen({ host, port, exclusive: !isShared, reusePort: isShared })
  }
  const bound = server.address()
  if (bound === null)
    throw listenError(
      address,
      cause ?? new Error('the address is in use, or does not belong to this machine'),
    )
  return {
    address: socketText(
      address.kind === 'unix' || typeof bound === 'string' ? address : { ...address, port: bound.port },
    ),
    replaced: () => server.setSecureContext(certificates().first),
    stop: () => void server.close(),
  }
}

/** A stream of the runtime as a wire. */
function toWire(socket: TLSSocket): Wire {
  let isOpen = true
  let holding = new Holding(UNCHARGED)
  const count = (): void => holding.set(isOpen ? socket.writableLength : 0)
  const wire: Wire = {
    events: NOBODY,
    get isOpen() {
      return isOpen
    },
    get hasWaiting() {
      return isOpen && socket.writableNeedDrain
    },
    peer: socket.remoteAddress ?? '',
    chargeTo(account) {
      holding.set(0)
      holding = new Holding(account)
      count()
    },
    write(bytes) {
      if (!isOpen) return true
      const mayGoOn = socket.write(bytes)
      count()
      return mayGoOn
    },
    writeLent: (memory, length) => wire.write(Buffer.from(memory.subarray(0, length))),
    finish: () => void socket.end(),
    close: () => void socket.destroy(),
    destroy: () => void socket.destroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  }
  socket.on('data', (bytes: Buffer) => wire.events.onData(bytes))
  const drained = (): void => {
    count()
    wire.events.onDrain(true)
  }
  socket.on('drain', drained)
  // After the last write, this event replaces `drain`.
  socket.on('finish', drained)
  socket.on('end', () => wire.events.onEnd())
  // A broken connection ends with `close` too.
  socket.on('error', () => {})
  socket.on('close', () => {
    isOpen = false
    count()
    wire.events.onClose()
  })
  return wire
}
