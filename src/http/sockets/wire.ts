/** A connection as both sides of Warder see it: bytes in both directions, with back-pressure. */
import { UNCHARGED, type HeldAccount } from '../held-account.ts'

/** Is called when something happens on a wire. Replaced when the wire's use changes. */
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
  /** Whether bytes that were written wait for the socket. */
  readonly hasWaiting: boolean
  /** Address of the other side; empty on a unix socket. */
  readonly peer: string
  /** Charges the bytes that wait for the socket to this account from now on. */
  chargeTo(account: HeldAccount): void
  /**
   * Sends bytes, keeping what the socket does not take yet.
   *
   * @returns False when bytes are waiting: send no more before `onDrain`.
   */
  write(bytes: Uint8Array): boolean
  /**
   * The same for memory that the caller uses again at once: what the socket does not take yet is copied.
   *
   * @param length How many bytes of it are sent, from its beginning.
   */
  writeLent(memory: Uint8Array, length: number): boolean
  /** Sends what was written and no more, and still receives. */
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
  write(bytes: Uint8Array, from?: number, length?: number): number
  shutdown(): void
  end(): void
  terminate(): void
  pause(): void
  resume(): void
}

/** Nobody is listening. */
export const NOBODY: WireEvents = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} }

/** A socket of the runtime as a wire. The runtime's events reach it by `drained`, `closed` and `events`. */
export class SocketWire implements Wire {
  events = NOBODY
  readonly peer: string
  readonly #socket: RawSocket
  readonly #waiting: Uint8Array[] = []
  /** For each of them, how many bytes it keeps alive: a piece that was sent in part stays whole. */
  readonly #sizes: number[] = []
  #heldBytes = 0
  #account = UNCHARGED
  #isOpen = true
  #isFinished = false
  #isPaused = false

  constructor(socket: RawSocket) {
    this.#socket = socket
    this.peer = socket.remoteAddress ?? ''
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0
  }

  chargeTo(next: HeldAccount): void {
    this.#account.add(-this.#heldBytes)
    this.#account = next
    next.add(this.#heldBytes)
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#isOpen || this.#isFinished) return true
    const sent = this.#waiting.length === 0 ? this.#send(bytes) : 0
    if (sent === bytes.length) return true
    this.#keep(sent === 0 ? bytes : bytes.subarray(sent), bytes.length)
    return false
  }

  writeLent(memory: Uint8Array, length: number): boolean {
    if (!this.#isOpen || this.#isFinished) return true
    const sent = this.#waiting.length === 0 ? Math.max(this.#socket.write(memory, 0, length), 0) : 0
    if (sent === length) return true
    this.#keep(Buffer.from(memory.subarray(sent, length)), length - sent)
    return false
  }

  /** @param size How many bytes of memory they keep alive. */
  #keep(bytes: Uint8Array, size: number): void {
    this.#waiting.push(bytes)
    this.#sizes.push(size)
    this.#hold(size)
  }

  finish(): void {
    if (!this.#isOpen || this.#isFinished) return
    this.#isFinished = true
    if (this.#waiting.length === 0) this.#socket.shutdown()
  }

  close(): void {
    if (this.#isOpen) this.#socket.end()
  }

  destroy(): void {
    if (this.#isOpen) this.#socket.terminate()
  }

  pause(): void {
    if (!this.#isOpen || this.#isPaused) return
    this.#isPaused = true
    this.#socket.pause()
  }

  resume(): void {
    if (!this.#isOpen || !this.#isPaused) return
    this.#isPaused = false
    this.#socket.resume()
  }

  /** The socket has room again. */
  drained(): void {
    this.#flush()
    if (this.#isOpen) this.events.onDrain(this.#waiting.length === 0)
  }

  /** The socket is gone. */
  closed(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#waiting.length = 0
    this.#sizes.length = 0
    this.#hold(-this.#heldBytes)
    this.events.onClose()
  }

  #flush(): void {
    for (let bytes = this.#waiting[0]; bytes !== undefined; bytes = this.#waiting[0]) {
      const sent = this.#send(bytes)
      if (sent < bytes.length) {
        this.#waiting[0] = bytes.subarray(sent)
        return
      }
      this.#waiting.shift()
      this.#hold(-(this.#sizes.shift() ?? 0))
    }
    if (this.#isFinished) this.#socket.shutdown()
  }

  #send(bytes: Uint8Array): number {
    const sent = this.#socket.write(bytes)
    return sent < 0 ? 0 : sent
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes
    this.#account.add(bytes)
  }
}
