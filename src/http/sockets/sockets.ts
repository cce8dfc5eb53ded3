/** Sockets of the runtime as wires: the only place that listens and connects. */
import { rmSync } from 'node:fs'
import { listenError } from '../../listen-error.ts'
import { socketText, type SocketAddress } from '../../socket-address.ts'
import type { ServerTrust } from './certificates.ts'
import type { ServerSettings } from '../../settings/upstream/definition.ts'
import { nodeTls } from './late-modules.ts'
import { tlsServerName } from './server-name.ts'
import { SocketWire, type Wire } from './wire.ts'

export interface SocketListener {
  /** With the real port if 0 was configured. */
  readonly address: string
  /** The certificates were replaced. */
  replaced(): void
  /** Stops accepting; connections go on. */
  stop(): void
}

interface Slot {
  wire: SocketWire | undefined
}

/** How the runtime's events reach the wire in the socket's slot. */
const RELAY = {
  data: (socket: Bun.Socket<Slot>, bytes: Buffer) => socket.data.wire?.events.onData(bytes),
  drain: (socket: Bun.Socket<Slot>) => socket.data.wire?.drained(),
  end: (socket: Bun.Socket<Slot>) => socket.data.wire?.events.onEnd(),
  close: (socket: Bun.Socket<Slot>) => socket.data.wire?.closed(),
  // A handler that throws must not leave a connection half done, nor fail silently.
  error: (socket: Bun.Socket<Slot>, thrown: Error) => {
    socket.terminate()
    // Errors of the system have a code.
    if (!('code' in thrown)) queueMicrotask(() => fail(thrown))
  },
}

function fail(thrown: Error): never {
  throw thrown
}

/** @throws WarderError ERR_SERVER_LISTEN when the address cannot be bound. */
export function listen(address: SocketAddress, accept: (wire: Wire) => void): SocketListener {
  const open = (opened: Bun.Socket<Slot>): void => {
    const wire = new SocketWire(opened)
    opened.data = { wire }
    accept(wire)
  }
  const options = { allowHalfOpen: true, socket: { ...RELAY, open } }
  try {
    if (address.kind === 'tcp') {
      const { host, port, isShared = false } = address
      const place = { hostname: host, port, exclusive: !isShared, reusePort: isShared }
      const listener = Bun.listen<Slot>({ ...options, ...place })
      const bound = socketText({ ...address, port: listener.port })
      return { address: bound, replaced() {}, stop: () => listener.stop() }
    }
    const listener = Bun.listen<Slot>({ ...options, unix: address.path })
    const stop = (): void => {
      listener.stop()
      rmSync(address.path, { force: true })
    }
    return { address: socketText(address), replaced() {}, stop }
  } catch (cause) {
    throw listenError(address, cause)
  }
}

const NOTHING = (): void => {}

/** Where to connect. */
export interface Place {
  readonly server: ServerSettings
  /** An address of the server's name; undefined if the settings have an address or a socket. */
  readonly ip: string | undefined
  /** Authorities and the gateway's certificate, for TLS. */
  readonly trust: ServerTrust
  /** The versions of HTTP to offer by ALPN (RFC 7301), for TLS. Default: nothing is offered. */
  readonly offers?: Offers
}

/** HTTP/2 alone, or beside HTTP/1.1 and rather than it. */
export type Offers = 'h2' | 'h2_or_http1'

/** The wire and whether HTTP/2 was agreed on, or undefined with the reason why there is no wire. */
export type Connected = (wire: Wire | undefined, fault: string, isHttp2: boolean) => void

/** As in the handshake: each name behind its length. */
const ALPN: Readonly<Record<Offers, string>> = { h2: '\x02h2', h2_or_http1: '\x02h2\x08http/1.1' }

/**
 * Connects to a server; with TLS, its certificate is verified for the name.
 *
 * @param settled Called once.
 * @param ended Called once when the attempt holds no descriptor any more: before `settled`, and also after giving up.
 *   The runtime cannot take back a connection that is being made, so that may be minutes later.
 * @returns Gives up, also in the middle of a handshake; `settled` is not called then.
 */
export function connect(place: Place, settled: Connected, ended: () => void = NOTHING): () => void {
  const { server } = place
  const host = server.address.kind === 'tcp' ? server.address.host : ''
  let isSettled = false
  let isEnded = false
  let raw: Bun.Socket<Slot> | undefined
  const settle = (wire: Wire | undefined, fault: string, isHttp2 = false): void => {
    if (!isEnded) {
      isEnded = true
      ended()
    }
    if (isSettled) return
    isSettled = true
    settled(wire, fault, isHttp2)
  }
  const ready = (socket: Bun.Socket<Slot>): void => {
    if (isSettled) return socket.terminate()
    const wire = new SocketWire(socket)
    socket.data.wire = wire
    settle(wire, '', socket.alpnProtocol === 'h2')
  }
  const verifying = {
    open: (socket: Bun.Socket<Slot>) => {
      raw = socket
      if (isSettled) socket.terminate()
    },
    handshake: (socket: Bun.Socket<Slot>, _isTrusted: boolean, fault: Error | null) => {
      const problem = fault ?? nodeTls().checkServerIdentity(host, socket.getPeerCertificate())
      if (problem === undefined) return ready(socket)
      settle(undefined, `TLS: ${problem.message}`)
      socket.terminate()
    },
  }
  const connecting = begin(place, host, {
    ...RELAY,
    ...(server.isTls ? verifying : { open: ready }),
    close: (socket: Bun.Socket<Slot>) => {
      RELAY.close(socket)
      settle(undefined, 'the connection was closed')
    },
    connectError: (_socket: Bun.Socket<Slot>, error: Error) => settle(undefined, codeOf(error)),
  })
  connecting.catch((error: unknown) => settle(undefined, codeOf(error)))
  return () => {
    if (isSettled) return
    isSettled = true
    raw?.terminate()
  }
}

function begin(
  { server, ip, trust, offers }: Place,
  host: string,
  socket: Bun.SocketHandler<Slot>,
): Promise<Bun.Socket<Slot>> {
  const options = { allowHalfOpen: true, data: { wire: undefined }, socket }
  const { address } = server
  if (address.kind === 'unix') return Bun.connect<Slot>({ ...options, unix: address.path })
  // Without a name the runtime would send the address.
  const tls = {
    ...trust,
    serverName: tlsServerName(host) ?? '',
    rejectUnauthorized: true,
    ...(offers !== undefined && { ALPNProtocols: ALPN[offers] }),
  }
  const target = { ...options, hostname: ip ?? host, port: address.port }
  return Bun.connect<Slot>(server.isTls ? { ...target, tls } : target)
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
