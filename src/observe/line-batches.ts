/** Lines that wait to be written, in batches of whole lines; bounded. */

/** Lines that are written with one call. */
export interface Batch {
  readonly text: string
  readonly bytes: number
  readonly lines: number
}

/** A queue; a line longer than a batch is a batch of its own. */
export class LineBatches {
  readonly #maxBatchBytes: number
  readonly #maxBytes: number
  /** In their order; none of them is empty. */
  #full: Batch[] = []
  #text = ''
  #textBytes = 0
  #textLines = 0
  /** Of all batches, and of the one that is being written. */
  #bytes = 0

  /** @param maxBytes Of all batches together, and of the one that was taken last. */
  constructor(maxBatchBytes: number, maxBytes: number) {
    this.#maxBatchBytes = maxBatchBytes
    this.#maxBytes = maxBytes
  }

  /** False if there is no room for the line. */
  add(line: string): boolean {
    const bytes = Buffer.byteLength(line)
    if (this.#bytes + bytes > this.#maxBytes) return false
    if (this.#textBytes + bytes > this.#maxBatchBytes) this.#close()
    this.#text += line
    this.#textBytes += bytes
    this.#textLines += 1
    this.#bytes += bytes
    return true
  }

  /** Whether a batch waits to which no more lines are added. */
  get hasFull(): boolean {
    return this.#full.length > 0
  }

  get isHalfFull(): boolean {
    return this.#bytes > this.#maxBytes / 2
  }

  get isEmpty(): boolean {
    return this.#textLines === 0 && this.#full.length === 0
  }

  /** The next one to write, full or not; it keeps its room until `release`. Undefined if there is none. */
  take(): Batch | undefined {
    if (this.#full.length === 0) this.#close()
    return this.#full.shift()
  }

  /** Gives back the room of a batch. */
  release({ bytes }: Batch): void {
    this.#bytes -= bytes
  }

  #close(): void {
    if (this.#textLines === 0) return
    this.#full.push({ text: this.#text, bytes: this.#textBytes, lines: this.#textLines })
    this.#text = ''
    this.#textBytes = 0
    this.#textLines = 0
  }
}
