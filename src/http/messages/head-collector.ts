/** Collects the bytes of a head until its empty line. */

export type HeadStep =
  | { readonly kind: 'more' }
  | { readonly kind: 'too_large' }
  /** `rest`: what followed the empty line. */
  | { readonly kind: 'head'; readonly text: string; readonly rest: Buffer }

const END = Buffer.from('\r\n\r\n')
const MORE: HeadStep = { kind: 'more' }
const TOO_LARGE: HeadStep = { kind: 'too_large' }
const NOTHING: Buffer = Buffer.alloc(0)

export class HeadCollector {
  readonly #maxBytes: number
  #kept = NOTHING
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get isEmpty(): boolean {
    return this.#length === 0
  }

  /** What it takes up in memory. */
  get heldBytes(): number {
    return this.#kept.length
  }

  add(bytes: Buffer): HeadStep {
    if (this.#length === 0) {
      const end = bytes.indexOf(END)
      if (end >= 0) return this.#finish(bytes, end)
    }
    const searchFrom = Math.max(0, this.#length - END.length + 1)
    this.#keep(bytes)
    const all = this.#kept.subarray(0, this.#length)
    const end = all.indexOf(END, searchFrom)
    if (end >= 0) return this.#finish(all, end)
    // A part of the end of a head of `maxBytes` may have arrived already.
    return this.#length >= this.#maxBytes + END.length ? TOO_LARGE : MORE
  }

  #finish(all: Buffer, end: number): HeadStep {
    this.#kept = NOTHING
    this.#length = 0
    if (end > this.#maxBytes) return TOO_LARGE
    const next = end + END.length
    // Nearly always: an empty view would cost as much as the search.
    const rest = next === all.length ? NOTHING : all.subarray(next)
    return { kind: 'head', text: all.toString('latin1', 0, end), rest }
  }

  /** Grows by doubling, so that a head of single bytes is not copied with each of them. */
  #keep(bytes: Buffer): void {
    const length = this.#length + bytes.length
    if (this.#kept.length < length) {
      const grown = Buffer.allocUnsafe(Math.max(2 * this.#kept.length, length, 1024))
      this.#kept.copy(grown, 0, 0, this.#length)
      this.#kept = grown
    }
    bytes.copy(this.#kept, this.#length)
    this.#length = length
  }
}
