/**
 * The gateway's TLS listener, on `node:tls`: the runtime's own listener knows one certificate only, and cannot
 * replace it.
 */
import { createServer, type TLSSocket } from 'node:tls'
import type { Certificates } from './certificates.ts'
import type { GatewayListenSettings } from './settings.ts'
import { listenFault, removeStaleSocket, tcpText, type SocketListener } from './sockets.ts'
import { NOBODY, type Wire } from './wire.ts'

/** Longest time for a handshake, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 10_000

/**
 * @param certificates Those in force now; asked at each handshake.
 * @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound.
 */
export function listenTls(
  address: GatewayListenSettings['address'],
  certificates: () => Certificates,
  accept: (wire: Wire) => void,
): SocketListener {
  const { first, asksForClientCertificates } = certificates()
  const server = createServer(
    {
      // For clients that name no server; those that do are answered by SNICallback.
      ...first,
      SNICallback: (name, done) => done(null, certificates().contextFor(name)),
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      allowHalfOpen: true,
      requestCert: asksForClientCertificates,
      rejectUnauthorized: asksForClientCertificates,
    },
    (socket) => accept(toWire(socket)),
  )
  let cause: unknown
  server.on('error', (fault: unknown) => (cause = fault))
  // A handshake that fails is the client's business.
  server.on('tlsClientError', () => {})
  if (address.kind === 'unix') {
    removeStaleSocket(address.path)
    server.listen(address.path)
  } else server.listen(address.port, address.host)
  const bound = server.address()
  if (bound === null) throw listenFault(address, cause ?? new Error('the address is taken or not ours'))
  return {
    address: typeof bound === 'string' ? `unix:${bound}` : tcpText(address, bound.port),
    replaced: () => server.setSecureContext(certificates().first),
    stop: () => void server.close(),
  }
}

/** A stream of the runtime as a wire. */
function toWire(socket: TLSSocket): Wire {
  let isOpen = true
  const wire: Wire = {
    events: NOBODY,
    get isOpen() {
      return isOpen
    },
    get isFlushed() {
      return !socket.writableNeedDrain
    },
    peer: socket.remoteAddress ?? '',
    write: (bytes) => !isOpen || socket.write(bytes),
    finish: () => void socket.end(),
    destroy: () => void socket.destroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  }
  socket.on('data', (bytes: Buffer) => wire.events.onData(bytes))
  socket.on('drain', () => wire.events.onDrain(true))
  socket.on('end', () => wire.events.onEnd())
  // A broken connection ends with `close` too.
  socket.on('error', () => {})
  socket.on('close', () => {
    isOpen = false
    wire.events.onClose()
  })
  return wire
}
