/**
 * A client's connection without TLS on which either version of HTTP may be spoken: HTTP/2 begins with a preface that
 * is no request of HTTP/1.1 (RFC 9113 §3.4). An upgrade from one to the other (`Upgrade: h2c`) is not offered: a proxy
 * in front that passes it on would tunnel requests that it has not judged.
 */
import type { Expiring } from '../deadlines.ts'
import { HTTP2_SERVER } from '../sockets/http2-options.ts'
import { nodeHttp2 } from '../sockets/late-modules.ts'
import { toNodeStream } from '../sockets/wire-stream.ts'
import { NOBODY, type Wire } from '../sockets/wire.ts'
import type { ClientConnection, ConnectionContext } from './client-connection.ts'
import { serveHttp1 } from './http1-connection.ts'
import { serveHttp2 } from './http2-connection.ts'

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
/** How long a client may take to close its side when the gateway has closed the connection. */
const LINGER_MS = 2_000

/** Reads as many bytes as it takes to tell the versions apart, which is one for nearly every request of HTTP/1.1. */
export function servePlain(wire: Wire, context: ConnectionContext): ClientConnection {
  const { deadlines } = context
  let serving: ClientConnection | undefined
  let first: Buffer = Buffer.alloc(0)
  const expiring: Expiring = {
    deadlineMs: performance.now() + context.patience.firstMs,
    onDeadline: () => wire.destroy(),
  }
  deadlines.add(expiring)
  const read = (bytes: Buffer): void => {
    first = first.length === 0 ? bytes : Buffer.concat([first, bytes])
    const known = Math.min(first.length, PREFACE.length)
    const isPreface = first.compare(PREFACE, 0, known, 0, known) === 0
    if (isPreface && known < PREFACE.length) return
    deadlines.remove(expiring)
    if (isPreface) serving = servePrior(wire, first, context)
    else {
      serving = serveHttp1(wire, context)
      wire.events.onData(first)
    }
  }
  const onClose = (): void => {
    deadlines.remove(expiring)
    context.onClose()
  }
  wire.events = { ...NOBODY, onData: read, onEnd: () => wire.close(), onClose }
  return {
    drain: () => serving?.drain(),
    stop: () => (serving === undefined ? wire.close() : serving.stop()),
    close: () => (serving === undefined ? wire.close() : serving.close()),
    destroy: () => wire.destroy(),
  }
}

/** HTTP/2 with prior knowledge. */
function servePrior(wire: Wire, first: Buffer, context: ConnectionContext): ClientConnection {
  const { deadlines } = context
  wire.chargeTo(context.held)
  const stream = toNodeStream(wire, first)
  const session = nodeHttp2().performServerHandshake(stream, HTTP2_SERVER)
  const linger: Expiring = { deadlineMs: Infinity, onDeadline: () => wire.destroy() }
  deadlines.add(linger)
  stream.on('close', () => {
    deadlines.remove(linger)
    context.onClose()
  })
  return serveHttp2(
    session,
    { peer: wire.peer, scheme: 'http' },
    // The session ends before its socket, which holds a descriptor until the client has closed its side too.
    { ...context, onClose: () => void (linger.deadlineMs = performance.now() + LINGER_MS) },
  )
}
