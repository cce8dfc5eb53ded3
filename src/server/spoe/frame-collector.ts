/** Collects the bytes of a connection until a frame of SPOP is whole. */
import { SPOP_PREFIX_BYTES } from '../../callers/spoe/spop-frame.ts'

const NOTHING = Buffer.alloc(0)
const FIRST_BYTES = 1_024

export class FrameCollector {
  #memory: Buffer = NOTHING
  #from = 0
  #to = 0
  /** Whether the memory is a copy of its own; else it is what arrived last. */
  #isOwn = false

  /** Bytes that no frame was made of yet. */
  get length(): number {
    return this.#to - this.#from
  }

  /** What they take up in memory. */
  get heldBytes(): number {
    return this.#memory.length
  }

  add(bytes: Buffer): void {
    const before = this.length
    if (before === 0) {
      this.#memory = bytes
      this.#isOwn = false
      this.#from = 0
      this.#to = bytes.length
      return
    }
    const length = before + bytes.length
    const isRoomy = this.#isOwn && this.#memory.length - this.#to >= bytes.length
    // Room for twice the bytes of an unfinished frame, so that one of single bytes is not copied with each of them.
    const memory = isRoomy ? this.#memory : Buffer.allocUnsafe(Math.max(length, 2 * before, FIRST_BYTES))
    if (!isRoomy) {
      this.#memory.copy(memory, 0, this.#from, this.#to)
      this.#from = 0
      this.#to = before
    }
    bytes.copy(memory, this.#to)
    this.#memory = memory
    this.#isOwn = true
    this.#to += bytes.length
  }

  /**
   * The next frame without its length, valid until the next call of `add`; undefined if it is not whole yet.
   *
   * @param maxBytes The longest frame.
   */
  next(maxBytes: number): Buffer | 'too_big' | undefined {
    if (this.length < SPOP_PREFIX_BYTES) return this.#none()
    const start = this.#from + SPOP_PREFIX_BYTES
    const length = this.#memory.readUInt32BE(this.#from)
    if (length > maxBytes) return 'too_big'
    if (this.#to - start < length) return undefined
    this.#from = start + length
    return this.#memory.subarray(start, this.#from)
  }

  #none(): undefined {
    if (this.length === 0) this.#memory = NOTHING
    this.#isOwn &&= this.length > 0
  }
}
