/** A wire as a stream of Node, for the runtime's HTTP/2. */
import { Duplex } from 'node:stream'
import type { Wire } from './wire.ts'

/**
 * Takes over the events of the wire.
 *
 * @param first Bytes that have arrived already.
 */
export function toNodeStream(wire: Wire, first: Uint8Array): Duplex {
  let drained: (() => void) | undefined
  const stream = new Duplex({
    // After the other side's end, HTTP/2 has nothing to wait for: neither requests nor window updates.
    allowHalfOpen: false,
    read: () => wire.resume(),
    write(bytes: Uint8Array, _encoding, done) {
      if (wire.write(bytes) || !wire.isOpen) done()
      else drained = done
    },
    final(done) {
      wire.finish()
      done()
    },
    destroy(fault, done) {
      // What was written last, such as a GOAWAY, still arrives.
      if (fault === null && !wire.hasWaiting) wire.close()
      else wire.destroy()
      done(fault)
    },
  })
  wire.events = {
    onData(bytes) {
      if (!stream.push(bytes)) wire.pause()
    },
    onDrain(isEmpty) {
      const done = isEmpty ? drained : undefined
      if (done === undefined) return
      drained = undefined
      done()
    },
    onEnd: () => void stream.push(null),
    onClose: () => void stream.destroy(),
  }
  if (first.length > 0) stream.push(first)
  return stream
}
