/**
 * The memory of the verified-token cache: one compact record for each token, without an object for the collector.
 *
 * As objects in a map, 100,000 tokens took 57 MiB, and 90 MiB when as many others had replaced them; as records they
 * take 12 MiB, and no more afterwards.
 */
import { MAX_RECORD_UNITS, NO_RECORD, RecordLog, UNIT_BYTES, unitOf, type RecordPlace } from './record-log.ts'

/** What is remembered of a token. */
export interface VerifiedRecord {
  /** Number of the issuer and the key, below 2^31. */
  readonly origin: number
  readonly notBefore: number
  readonly notAfter: number
  /** Visible ASCII. */
  readonly identity: readonly string[]
}

// A record: 8 words of the digest, two 64-bit numbers, 4 words, and the identity values with a line end after each.
const DIGEST_WORDS = 8
/** In units from the beginning of the record. */
const NOT_BEFORE = 4
const NOT_AFTER = 5
/** In words: the next record in the same bucket, and so on. */
const NEXT = 12
const POLICY = 13
const ORIGIN = 14
const TEXT_BYTES = 15
const HEAD_BYTES = 64

/** The policy of a removed record. */
const REMOVED = 0xff_ff_ff_ff
/** The top bit of the origin: the record was found since it was written. */
const USED = 0x80_00_00_00

/** At most so many used records are written again for a new one, so that no request waits for many. */
const MAX_SECOND_CHANCES = 4

/** Header values are visible ASCII, so a line end cannot be a part of them. */
const WRITABLE = /^[\x20-\x7e]*$/

/**
 * Records by SHA-256 of their token and the number of their policy, which are both compared completely. If it is full,
 * a new record replaces the oldest one that was not used since it was written.
 */
export class VerifiedRecords {
  readonly #log = new RecordLog()
  /** The first record of each bucket; the first word of the digest selects it. */
  readonly #buckets: Uint32Array
  readonly #wanted = new Uint32Array(DIGEST_WORDS)
  readonly #maxRecords: number
  readonly #maxBytes: number
  #size = 0

  constructor(maxRecords: number, maxBytes: number) {
    this.#maxRecords = maxRecords
    this.#maxBytes = maxBytes
    // Not grown later, which would stop all requests; untouched memory is not resident.
    const most = Math.min(maxRecords, Math.ceil(maxBytes / HEAD_BYTES))
    this.#buckets = new Uint32Array(2 ** Math.ceil(Math.log2(most)))
  }

  get size(): number {
    return this.#size
  }

  /** Memory of the records. */
  get byteLength(): number {
    return this.#log.byteLength
  }

  /** @param digest 32 characters, one for each byte. @param policy Below 2^32 − 1. */
  find(digest: string, policy: number): RecordPlace {
    readDigest(digest, this.#wanted)
    let place = this.#buckets[this.#bucketOf(this.#wanted, 0)] as number
    while (place !== NO_RECORD) {
      const { words } = this.#log.chunkOf(place)
      const start = unitOf(place) * 2
      if (words[start + POLICY] === policy && isSameDigest(words, start, this.#wanted)) return place
      place = words[start + NEXT] as number
    }
    return NO_RECORD
  }

  originAt(place: RecordPlace): number {
    return ((this.#log.chunkOf(place).words[unitOf(place) * 2 + ORIGIN] as number) & ~USED) >>> 0
  }

  notBeforeAt(place: RecordPlace): number {
    return this.#log.chunkOf(place).numbers[unitOf(place) + NOT_BEFORE] as number
  }

  notAfterAt(place: RecordPlace): number {
    return this.#log.chunkOf(place).numbers[unitOf(place) + NOT_AFTER] as number
  }

  /** Reads the identity values, and notes the use. */
  identityAt(place: RecordPlace): string[] {
    const { words, bytes } = this.#log.chunkOf(place)
    const start = unitOf(place) * 2
    words[start + ORIGIN] = (words[start + ORIGIN] as number) | USED
    const textStart = unitOf(place) * UNIT_BYTES + HEAD_BYTES
    return splitLines(bytes.toString('latin1', textStart, textStart + (words[start + TEXT_BYTES] as number)))
  }

  /** Adds or replaces a record. One that cannot be written, or is larger than all memory, is not remembered. */
  add(digest: string, policy: number, { origin, notBefore, notAfter, identity }: VerifiedRecord): void {
    const earlier = this.find(digest, policy)
    if (earlier !== NO_RECORD) this.remove(earlier)
    if (!identity.every((value) => WRITABLE.test(value))) return
    const text = identity.map((value) => `${value}\n`).join('')
    const units = unitsOf(text.length)
    if (units > MAX_RECORD_UNITS || units * UNIT_BYTES > this.#maxBytes) return
    this.#makeRoom(units * UNIT_BYTES)
    const place = this.#log.append(units)
    const { words, numbers, bytes } = this.#log.chunkOf(place)
    const unit = unitOf(place)
    const start = unit * 2
    words.set(this.#wanted, start)
    numbers[unit + NOT_BEFORE] = notBefore
    numbers[unit + NOT_AFTER] = notAfter
    words[start + POLICY] = policy
    words[start + ORIGIN] = origin
    words[start + TEXT_BYTES] = text.length
    bytes.write(text, unit * UNIT_BYTES + HEAD_BYTES, 'latin1')
    this.#link(place)
  }

  remove(place: RecordPlace): void {
    this.#unlink(place)
    this.#log.chunkOf(place).words[unitOf(place) * 2 + POLICY] = REMOVED
  }

  #makeRoom(bytes: number): void {
    let chances = MAX_SECOND_CHANCES
    while (this.#size >= this.#maxRecords || this.#log.byteLength + bytes > this.#maxBytes) {
      const place = this.#log.oldest
      const { words } = this.#log.chunkOf(place)
      const start = unitOf(place) * 2
      const units = unitsOf(words[start + TEXT_BYTES] as number)
      const isRemoved = words[start + POLICY] === REMOVED
      if (!isRemoved) this.#unlink(place)
      this.#log.dropOldest(units)
      if (isRemoved || ((words[start + ORIGIN] as number) & USED) === 0 || chances === 0) continue
      chances -= 1
      this.#writeAgain(words, start, units)
    }
  }

  /** A record that was just dropped; its content is still there, even if the new place overlaps it. */
  #writeAgain(words: Uint32Array, start: number, units: number): void {
    const place = this.#log.append(units)
    const target = this.#log.chunkOf(place).words
    const targetStart = unitOf(place) * 2
    target.set(words.subarray(start, start + units * 2), targetStart)
    target[targetStart + ORIGIN] = ((target[targetStart + ORIGIN] as number) & ~USED) >>> 0
    this.#link(place)
  }

  #bucketOf(words: Uint32Array, start: number): number {
    return ((words[start] as number) & (this.#buckets.length - 1)) >>> 0
  }

  #link(place: RecordPlace): void {
    const { words } = this.#log.chunkOf(place)
    const start = unitOf(place) * 2
    const bucket = this.#bucketOf(words, start)
    words[start + NEXT] = this.#buckets[bucket] as number
    this.#buckets[bucket] = place
    this.#size += 1
  }

  #unlink(place: RecordPlace): void {
    const { words } = this.#log.chunkOf(place)
    const start = unitOf(place) * 2
    const next = words[start + NEXT] as number
    const bucket = this.#bucketOf(words, start)
    this.#size -= 1
    // Where the place is written: in the bucket, or in the record before it.
    let links = this.#buckets
    let link = bucket
    while (links[link] !== place) {
      const before = links[link] as number
      links = this.#log.chunkOf(before).words
      link = unitOf(before) * 2 + NEXT
    }
    links[link] = next
  }
}

/** Size of a record. */
const unitsOf = (textBytes: number): number => Math.ceil((HEAD_BYTES + textBytes) / UNIT_BYTES)

function readDigest(digest: string, words: Uint32Array): void {
  for (let word = 0, i = 0; word < DIGEST_WORDS; word++, i += 4) {
    words[word] =
      digest.charCodeAt(i) |
      (digest.charCodeAt(i + 1) << 8) |
      (digest.charCodeAt(i + 2) << 16) |
      (digest.charCodeAt(i + 3) << 24)
  }
}

function isSameDigest(words: Uint32Array, start: number, wanted: Uint32Array): boolean {
  for (let word = 0; word < DIGEST_WORDS; word++) if (words[start + word] !== wanted[word]) return false
  return true
}

/** The lines of a text in which each one has an end. */
function splitLines(text: string): string[] {
  const lines: string[] = []
  let start = 0
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    lines.push(text.slice(start, end))
    start = end + 1
  }
  return lines
}
