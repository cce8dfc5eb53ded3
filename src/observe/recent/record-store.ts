/** The memory of recent decisions: bounded in number and bytes, and shared fairly by their reasons. */
import type { DecisionRecord } from '../../admin/decision-record.ts'

/** One decision in memory. Texts only, of its own: a part of a request's head would keep the whole head, and its token. */
export interface KeptDecision {
  readonly id: string
  readonly outcome: DecisionRecord['outcome']
  readonly reason: string
  /** It has a log line, by which somebody may ask for it. */
  readonly isLogged: boolean
  /** How many decisions the process had made, this one included. */
  readonly count: number
  /** A {@link DecisionRecord} as JSON. */
  readonly facts: string
  /** Its trace as JSON, or why there is none. */
  trace: string
}

export interface RecordStore {
  add(kept: KeptDecision): void
  /** Replaces the trace of a decision, if it is still kept. */
  setTrace(kept: KeptDecision, trace: string): void
  get(id: string): KeptDecision | undefined
  /** All of them, in no order. */
  all(): IterableIterator<KeptDecision>
  readonly size: number
  readonly bytes: number
}

/** On average, for facts and trace; a denial by a policy with one scope takes 2.6 KB. */
export const BYTES_PER_RECORD = 4_096
/** Of an entry, its text headers and its places in the maps; measured. */
const ENTRY_BYTES = 320
/** Allows are pushed out as if there were so many more of them. */
const ALLOW_WEIGHT = 4

/** The decisions of one reason, the oldest first. */
interface Shelf {
  readonly logged: Queue
  readonly others: Queue
  readonly weight: number
}

/**
 * When it is full, the reason with the most decisions loses its oldest one: of those without a log line, as long as they
 * are more than a quarter. So a flood of one reason pushes out none of another.
 *
 * @param maxRecords Asked again each time; at {@link BYTES_PER_RECORD} for each, it also bounds the bytes.
 */
export function createRecordStore(maxRecords: () => number): RecordStore {
  const shelves = new Map<string, Shelf>()
  const byId = new Map<string, KeptDecision>()
  let count = 0
  let bytes = 0
  const shelfOf = ({ outcome, reason }: KeptDecision): Shelf => {
    const known = shelves.get(reason)
    if (known !== undefined) return known
    const weight = outcome === 'allow' ? ALLOW_WEIGHT : 1
    const shelf = { logged: new Queue(), others: new Queue(), weight }
    shelves.set(reason, shelf)
    return shelf
  }
  const evict = (): void => {
    const kept = oldestOf(fullest(shelves.values()))
    if (kept === undefined) return
    count--
    bytes -= bytesOf(kept)
    // Two decisions have the same id if the clock has failed.
    if (byId.get(kept.id) === kept) byId.delete(kept.id)
  }
  const isOver = (most: number): boolean => count > most || (count > 0 && bytes > most * BYTES_PER_RECORD)
  const trim = (): void => {
    const most = maxRecords()
    while (isOver(most)) evict()
  }
  return {
    add(kept) {
      const { logged, others } = shelfOf(kept)
      ;(kept.isLogged ? logged : others).push(kept)
      byId.set(kept.id, kept)
      count++
      bytes += bytesOf(kept)
      trim()
    },
    setTrace(kept, trace) {
      if (byId.get(kept.id) !== kept) return
      bytes += sizeOfText(trace) - sizeOfText(kept.trace)
      kept.trace = trace
      trim()
    },
    get: (id) => byId.get(id),
    all: () => byId.values(),
    get size() {
      return byId.size
    },
    get bytes() {
      return bytes
    },
  }
}

function fullest(shelves: Iterable<Shelf>): Shelf | undefined {
  let most = 0
  let found: Shelf | undefined
  for (const shelf of shelves) {
    const weight = (shelf.logged.size + shelf.others.size) * shelf.weight
    if (weight <= most) continue
    most = weight
    found = shelf
  }
  return found
}

function oldestOf(shelf: Shelf | undefined): KeptDecision | undefined {
  if (shelf === undefined) return undefined
  const { logged, others } = shelf
  return others.size * 4 > logged.size + others.size ? others.shift() : (logged.shift() ?? others.shift())
}

const bytesOf = ({ facts, trace }: KeptDecision): number =>
  ENTRY_BYTES + sizeOfText(facts) + sizeOfText(trace)

/** The runtime stores a text with two bytes for each character if it has one above U+00FF. */
const sizeOfText = (text: string): number => (/^[\0-\xff]*$/.test(text) ? 1 : 2) * text.length

/** First in, first out. */
class Queue {
  #items: (KeptDecision | undefined)[] = []
  #from = 0

  get size(): number {
    return this.#items.length - this.#from
  }

  push(item: KeptDecision): void {
    this.#items.push(item)
  }

  shift(): KeptDecision | undefined {
    if (this.size === 0) return undefined
    const item = this.#items[this.#from]
    this.#items[this.#from++] = undefined
    if (this.#from > 64 && this.#from * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#from)
      this.#from = 0
    }
    return item
  }
}
