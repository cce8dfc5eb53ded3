/** Collects the bytes of a head until its empty line. */

export type HeadStep =
  | { readonly kind: 'more' }
  | { readonly kind: 'too_large' }
  /** `rest`: what followed the empty line. */
  | { readonly kind: 'head'; readonly text: string; readonly rest: Buffer }

export interface HeadCollector {
  readonly isEmpty: boolean
  /** What it takes up in memory. */
  readonly heldBytes: number
  add(bytes: Buffer): HeadStep
}

const END = Buffer.from('\r\n\r\n')
const MORE: HeadStep = { kind: 'more' }
const TOO_LARGE: HeadStep = { kind: 'too_large' }
const NOTHING: Buffer = Buffer.alloc(0)

export function createHeadCollector(maxBytes: number): HeadCollector {
  let kept: Buffer = NOTHING
  let length = 0
  const finish = (all: Buffer, end: number): HeadStep => {
    kept = NOTHING
    length = 0
    if (end > maxBytes) return TOO_LARGE
    return { kind: 'head', text: all.toString('latin1', 0, end), rest: all.subarray(end + END.length) }
  }
  /** Grows by doubling, so that a head of single bytes is not copied with each of them. */
  const keep = (bytes: Buffer): void => {
    if (kept.length < length + bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(2 * kept.length, length + bytes.length, 1024))
      kept.copy(grown, 0, 0, length)
      kept = grown
    }
    bytes.copy(kept, length)
    length += bytes.length
  }
  return {
    get isEmpty() {
      return length === 0
    },
    get heldBytes() {
      return kept.length
    },
    add(bytes) {
      if (length === 0) {
        const end = bytes.indexOf(END)
        if (end >= 0) return finish(bytes, end)
      }
      const searchFrom = Math.max(0, length - END.length + 1)
      keep(bytes)
      const all = kept.subarray(0, length)
      const end = all.indexOf(END, searchFrom)
      if (end >= 0) return finish(all, end)
      // A part of the end of a head of `maxBytes` may have arrived already.
      return length >= maxBytes + END.length ? TOO_LARGE : MORE
    },
  }
}
