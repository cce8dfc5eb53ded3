import { expect, it } from 'bun:test'
import fc from 'fast-check'
import { NOBODY, SocketWire } from '../../../src/http/sockets/wire.ts'

/** A socket of the runtime that takes as much of each write as the test says, and then everything. */
function createSocket(takes: readonly number[]) {
  const left = [...takes]
  const sent: Buffer[] = []
  const calls: string[] = []
  return {
    calls,
    text: () => Buffer.concat(sent).toString(),
    socket: {
      remoteAddress: '127.0.0.1',
      write(bytes: Uint8Array, from = 0, length = bytes.length) {
        const taken = Math.min(left.shift() ?? Infinity, length)
        if (taken > 0) sent.push(Buffer.from(bytes.subarray(from, from + taken)))
        return taken
      },
      shutdown: () => void calls.push('shutdown'),
      end: () => void calls.push('end'),
      terminate: () => void calls.push('terminate'),
      pause: () => void calls.push('pause'),
      resume: () => void calls.push('resume'),
    },
  }
}

const takes = fc.array(fc.integer({ min: -1, max: 5 }))
const pieces = fc.array(fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('a', 'b', 'c') }))

it('sends all bytes in order, however much the socket takes at a time, and then its end', () => {
  fc.assert(
    fc.property(pieces, takes, (texts, amounts) => {
      const { socket, text, calls } = createSocket(amounts)
      const wire = new SocketWire(socket)
      let held = 0
      wire.chargeTo({ add: (bytes) => (held += bytes) })
      const drains: boolean[] = []
      wire.events = { ...NOBODY, onDrain: (isEmpty) => void drains.push(isEmpty) }
      for (const piece of texts) expect(wire.write(Buffer.from(piece))).toBe(!wire.hasWaiting)
      wire.finish()
      expect(wire.write(Buffer.from('late'))).toBe(true)
      expect(held > 0).toBe(wire.hasWaiting)
      expect(calls.includes('shutdown')).toBe(!wire.hasWaiting)
      const isWaiting = wire.hasWaiting
      for (let i = 0; wire.hasWaiting && i <= amounts.length; i++) wire.drained()
      expect([text(), held, wire.hasWaiting]).toEqual([texts.join(''), 0, false])
      expect(calls).toEqual(['shutdown'])
      expect(drains.at(-1)).toBe(isWaiting ? true : undefined)
    }),
  )
})

it('has sent or copied lent memory when the call returns, and charges for the copy alone', () => {
  fc.assert(
    fc.property(pieces, takes, (texts, amounts) => {
      const { socket, text } = createSocket(amounts)
      const wire = new SocketWire(socket)
      const memory = Buffer.alloc(64)
      let held = 0
      wire.chargeTo({ add: (bytes) => (held += bytes) })
      for (const piece of texts) {
        memory.fill('-').write(piece)
        expect(wire.writeLent(memory, piece.length)).toBe(!wire.hasWaiting)
        memory.fill('-')
      }
      expect(held).toBe(texts.join('').length - text().length)
      for (let i = 0; wire.hasWaiting && i <= amounts.length; i++) wire.drained()
      expect([text(), held]).toEqual([texts.join(''), 0])
    }),
  )
})

it('charges nobody for what waited when the connection is gone, and does nothing after it', () => {
  const { socket, calls } = createSocket([0])
  const wire = new SocketWire(socket)
  let [held, closes] = [0, 0]
  wire.chargeTo({ add: (bytes) => (held += bytes) })
  wire.events = { ...NOBODY, onClose: () => void (closes += 1) }
  wire.write(Buffer.from('abc'))
  expect(held).toBe(3)
  wire.closed()
  wire.closed()
  wire.write(Buffer.from('d'))
  for (const call of ['finish', 'close', 'destroy', 'pause', 'resume'] as const) wire[call]()
  expect([held, closes, calls, wire.isOpen]).toEqual([0, 1, [], false])
})
