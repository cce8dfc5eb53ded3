/** Memory for records of any size, in the order in which they are written; the oldest one is dropped first. */

/** Where a record is. Valid until it is dropped. */
export type RecordPlace = number

/** Not a place. */
export const NO_RECORD: RecordPlace = 0

/** A record begins at a multiple of this size, so that it can hold 64-bit numbers. */
export const UNIT_BYTES = 8

/** Memory is taken in pieces of this many units: 256 KiB, or 2,000 usual records. */
const CHUNK_BITS = 15
const CHUNK_UNITS = 2 ** CHUNK_BITS
const CHUNK_BYTES = CHUNK_UNITS * UNIT_BYTES
/** The place of the first record of a chunk: not 0, which is no place. */
const FIRST_UNIT = 1
/** The largest record, in units. */
export const MAX_RECORD_UNITS = CHUNK_UNITS - FIRST_UNIT

/** One piece of memory, seen in three ways. */
interface Chunk {
  readonly words: Uint32Array
  readonly numbers: Float64Array
  readonly bytes: Buffer
  /** Units written; no record begins there. */
  end: number
}

/**
 * A queue of records. An array of chunks is as large as its content needs, does not move, and does not fragment; the
 * garbage collector sees one object for thousands of records.
 */
export class RecordLog {
  /** By number, which is part of the places in it; a dropped chunk keeps its number for the next one. */
  readonly #chunks: Chunk[] = []
  /** Numbers of the chunks in use, the oldest first. */
  readonly #order: number[] = []
  readonly #unused: number[] = []
  /** The unit of the oldest record in the oldest chunk. */
  #first = FIRST_UNIT
  #units = 0

  /** Bytes of all records. */
  get byteLength(): number {
    return this.#units * UNIT_BYTES
  }

  /** The oldest record, if there is one. */
  get oldest(): RecordPlace {
    const number = this.#order[0]
    return number === undefined || this.#units === 0 ? NO_RECORD : number * CHUNK_UNITS + this.#first
  }

  /** The chunk with the record. */
  chunkOf(place: RecordPlace): Chunk {
    return this.#chunk(place >>> CHUNK_BITS)
  }

  /** @param units Size of the new record, at most {@link MAX_RECORD_UNITS}. Its memory has old content. */
  append(units: number): RecordPlace {
    let number = this.#order.at(-1)
    if (number === undefined || this.#chunk(number).end + units > CHUNK_UNITS) number = this.#takeChunk()
    const chunk = this.#chunk(number)
    const place = number * CHUNK_UNITS + chunk.end
    chunk.end += units
    this.#units += units
    return place
  }

  /** @param units Size of the oldest record. */
  dropOldest(units: number): void {
    this.#units -= units
    this.#first += units
    const number = this.#order[0]
    if (number === undefined || this.#first < this.#chunk(number).end) return
    this.#first = FIRST_UNIT
    this.#order.shift()
    this.#unused.push(number)
  }

  #takeChunk(): number {
    const number = this.#unused.pop() ?? this.#chunks.push(createChunk()) - 1
    this.#chunk(number).end = FIRST_UNIT
    this.#order.push(number)
    return number
  }

  #chunk(number: number): Chunk {
    return this.#chunks[number] as Chunk
  }
}

function createChunk(): Chunk {
  const memory = new ArrayBuffer(CHUNK_BYTES)
  return {
    words: new Uint32Array(memory),
    numbers: new Float64Array(memory),
    bytes: Buffer.from(memory),
    end: FIRST_UNIT,
  }
}

/** The unit of a place within its chunk. */
export const unitOf = (place: RecordPlace): number => place & (CHUNK_UNITS - 1)
