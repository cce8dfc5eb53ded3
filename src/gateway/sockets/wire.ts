/** A connection as the gateway sees it: bytes in both directions, with back-pressure. */
import { UNCHARGED, type HeldAccount } from '../held-account.ts'

/** Who is told what happens on a wire. Replaced when the wire's use changes. */
export interface WireEvents {
  onData(bytes: Buffer): void
  /** The socket has taken some of what waited; with `isEmpty`, all of it. */
  onDrain(isEmpty: boolean): void
  /** The other side sends no more; it may still receive. */
  onEnd(): void
  /** The connection is gone; nothing follows. */
  onClose(): void
}

export interface Wire {
  events: WireEvents
  readonly isOpen: boolean
  /** Whether the socket has not taken yet what was written. */
  readonly hasWaiting: boolean
  /** Address of the other side; empty on a unix socket. */
  readonly peer: string
  /** Has the bytes that wait for the socket charged to somebody from now on. */
  chargeTo(account: HeldAccount): void
  /**
   * Sends bytes, keeping what the socket does not take yet.
   *
   * @returns False when bytes are waiting: send no more before `onDrain`.
   */
  write(bytes: Uint8Array): boolean
  /** Sends no more after what was written, and still receives. */
  finish(): void
  /** Ends the connection; what the socket has taken still arrives. `onClose` follows. */
  close(): void
  /** Breaks the connection off: the other side may lose what it has not read yet. `onClose` follows. */
  destroy(): void
  /** Stops and resumes `onData`. */
  pause(): void
  resume(): void
}

/** The part of a runtime's socket that a wire is made of. */
interface RawSocket {
  readonly remoteAddress: string | undefined
  write(bytes: Uint8Array): number
  shutdown(): void
  end(): void
  terminate(): void
  pause(): void
  resume(): void
}

/** A wire and the three calls by which the runtime's socket drives it. */
export interface DrivenWire extends Wire {
  drained(): void
  closed(): void
}

/** Nobody is listening. */
export const NOBODY: WireEvents = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} }

export function createWire(socket: RawSocket): DrivenWire {
  const waiting: Uint8Array[] = []
  /** For each of them, how many bytes it keeps alive: a piece that was sent in part stays whole. */
  const sizes: number[] = []
  let heldBytes = 0
  let account = UNCHARGED
  let isOpen = true
  let isFinished = false
  let isPaused = false
  const send = (bytes: Uint8Array): number => {
    const sent = socket.write(bytes)
    return sent < 0 ? 0 : sent
  }
  const hold = (bytes: number): void => {
    heldBytes += bytes
    account.add(bytes)
  }
  const flush = (): void => {
    for (let bytes = waiting[0]; bytes !== undefined; bytes = waiting[0]) {
      const sent = send(bytes)
      if (sent < bytes.length) {
        waiting[0] = bytes.subarray(sent)
        return
      }
      waiting.shift()
      hold(-(sizes.shift() ?? 0))
    }
    if (isFinished) socket.shutdown()
  }
  return {
    events: NOBODY,
    get isOpen() {
      return isOpen
    },
    get hasWaiting() {
      return waiting.length > 0
    },
    peer: socket.remoteAddress ?? '',
    chargeTo(next) {
      account.add(-heldBytes)
      account = next
      account.add(heldBytes)
    },
    write(bytes) {
      if (!isOpen || isFinished) return true
      const sent = waiting.length === 0 ? send(bytes) : 0
      if (sent === bytes.length) return true
      waiting.push(sent === 0 ? bytes : bytes.subarray(sent))
      sizes.push(bytes.length)
      hold(bytes.length)
      return false
    },
    finish() {
      if (!isOpen || isFinished) return
      isFinished = true
      if (waiting.length === 0) socket.shutdown()
    },
    close() {
      if (isOpen) socket.end()
    },
    destroy() {
      if (isOpen) socket.terminate()
    },
    pause() {
      if (!isOpen || isPaused) return
      isPaused = true
      socket.pause()
    },
    resume() {
      if (!isOpen || !isPaused) return
      isPaused = false
      socket.resume()
    },
    drained() {
      flush()
      if (isOpen) this.events.onDrain(waiting.length === 0)
    },
    closed() {
      if (!isOpen) return
      isOpen = false
      waiting.length = 0
      sizes.length = 0
      hold(-heldBytes)
      this.events.onClose()
    },
  }
}
