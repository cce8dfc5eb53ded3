/** Finds the end of a body while its bytes arrive. */
import type { ResponseHead } from './response-head.ts'

export interface BodyReader {
  /** True when the body is complete; bytes behind it belong to the next message. */
  readonly isDone: boolean
  /** Lines that followed the last chunk, as sent; unread. */
  readonly trailerLines: readonly string[]
  /**
   * Takes bytes of the body and hands its content to `part`, never an empty part: written on as a chunk, that would
   * be the end of the body.
   *
   * @returns How many bytes belonged to the body; -1 if they break its framing.
   */
  read(bytes: Buffer, part: (content: Buffer) => void): number
}

export function createBodyReader(framing: ResponseHead['framing']): BodyReader {
  switch (framing.kind) {
    case 'none':
      return NO_BODY
    case 'length':
      return new LengthReader(framing.bytes)
    case 'chunked':
      return createChunkedReader()
    case 'until_close':
      return {
        isDone: false,
        trailerLines: NO_LINES,
        read(bytes, part) {
          if (bytes.length > 0) part(bytes)
          return bytes.length
        },
      }
  }
}

const NO_LINES: readonly string[] = []
const NO_BODY: BodyReader = { isDone: true, trailerLines: NO_LINES, read: () => 0 }

class LengthReader implements BodyReader {
  readonly trailerLines = NO_LINES
  #left: number

  constructor(length: number) {
    this.#left = length
  }

  get isDone(): boolean {
    return this.#left === 0
  }

  read(bytes: Buffer, part: (content: Buffer) => void): number {
    const content = bytes.length <= this.#left ? bytes : bytes.subarray(0, this.#left)
    this.#left -= content.length
    if (content.length > 0) part(content)
    return content.length
  }
}

/** Longest line with the size of a chunk and its extensions, which mean nothing here and are not forwarded. */
export const MAX_CHUNK_LINE = 512
export const MAX_TRAILER_BYTES = 8_192
// 12 digits: 2^48 bytes in one chunk are enough, and an exact number.
const CHUNK_LINE = /^([0-9A-Fa-f]{1,12})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?$/

/** What comes next in a body that goes in chunks, with the longest line of it before its end has arrived. */
const MAX_LINE = {
  /** The line with the size of a chunk. */
  size: MAX_CHUNK_LINE,
  /** The content of a chunk, until `left` is 0. */
  content: 0,
  /** The CRLF behind the content. */
  after: 2,
  /** Lines after the last chunk; an empty one ends the body. */
  trailer: MAX_TRAILER_BYTES,
  done: 0,
} as const

function createChunkedReader(): BodyReader {
  let state: keyof typeof MAX_LINE = 'size'
  let line = ''
  let left = 0
  let trailerBytes = 0
  const trailerLines: string[] = []
  /** The line is whole; false if it is invalid in this state. */
  const endLine = (): boolean => {
    const text = line
    line = ''
    if (state === 'after') {
      state = 'size'
      return text === ''
    }
    if (state === 'trailer') {
      if (text === '') state = 'done'
      else trailerLines.push(text)
      return true
    }
    left = chunkSize(text)
    if (left < 0) return false
    state = left === 0 ? 'trailer' : 'content'
    return true
  }
  /** Reads up to the end of a line; returns the new position, or -1. */
  const readLine = (bytes: Buffer, from: number): number => {
    const lineFeed = bytes.indexOf(0x0a, from)
    const end = lineFeed < 0 ? bytes.length : lineFeed
    line += bytes.toString('latin1', from, end)
    if (state === 'trailer') trailerBytes += end - from + (lineFeed < 0 ? 0 : 1)
    if (line.length > MAX_LINE[state] || trailerBytes > MAX_TRAILER_BYTES) return -1
    if (lineFeed < 0) return end
    // A CR ends the line, and stands nowhere else.
    if (line === '' || line.indexOf('\r') !== line.length - 1) return -1
    line = line.slice(0, -1)
    return endLine() ? end + 1 : -1
  }
  return {
    get isDone() {
      return state === 'done'
    },
    trailerLines,
    read(bytes, part) {
      let at = 0
      while (at >= 0 && at < bytes.length && state !== 'done') {
        if (state !== 'content') {
          at = readLine(bytes, at)
          continue
        }
        const content = bytes.subarray(at, Math.min(bytes.length, at + left))
        at += content.length
        left -= content.length
        if (left === 0) state = 'after'
        part(content)
      }
      return at
    },
  }
}

/** The size that a line announces; -1 if it is no such line. */
function chunkSize(line: string): number {
  const digits = CHUNK_LINE.exec(line)?.[1]
  return digits === undefined ? -1 : Number.parseInt(digits, 16)
}
