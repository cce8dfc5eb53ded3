/** A wire without a socket: the test decides what arrives, and when the socket takes what was written. */
import { NOBODY, type Wire } from '../../src/http/sockets/wire.ts'

export interface FakeWire extends Wire {
  /** Everything that was written. */
  text(): string
  /** Whether what is written from now on waits; once it does not, what waited is taken. */
  hold(isHeld: boolean): void
  /** Whether it would not be heard that the other side leaves. */
  readonly isPaused: boolean
  readonly ending: 'closed' | 'destroyed' | undefined
}

export function createFakeWire(): FakeWire {
  let text = ''
  let isHeld = false
  let hasWaiting = false
  let isPaused = false
  let ending: FakeWire['ending']
  const end = (how: 'closed' | 'destroyed'): void => {
    if (ending !== undefined) return
    ending = how
    wire.events.onClose()
  }
  const wire: FakeWire = {
    events: NOBODY,
    get isOpen() {
      return ending === undefined
    },
    get hasWaiting() {
      return hasWaiting
    },
    get isPaused() {
      return isPaused
    },
    get ending() {
      return ending
    },
    peer: '127.0.0.1',
    chargeTo() {},
    write(bytes) {
      text += Buffer.from(bytes).toString('latin1')
      hasWaiting = isHeld
      return !isHeld
    },
    writeLent: (memory, length) => wire.write(Buffer.from(memory.subarray(0, length))),
    finish() {},
    close: () => end('closed'),
    destroy: () => end('destroyed'),
    pause() {
      isPaused = true
    },
    resume() {
      isPaused = false
    },
    text: () => text,
    hold(next) {
      isHeld = next
      if (next || !hasWaiting) return
      hasWaiting = false
      wire.events.onDrain(true)
    },
  }
  return wire
}
