/** Finds where frames of a WebSocket begin and end (RFC 6455 §5.2), without looking at their content. */

const OPCODE = 0x0f
const CLOSE = 0x8
const MASKED = 0x80
/** Bytes of the extended length, by the value of the length field. */
const EXTENDED: Readonly<Record<number, number>> = { 126: 2, 127: 8 }
const MASK_BYTES = 4

export function createFrameTracker() {
  let header: number[] = []
  let left = 0
  let hasClosed = false
  /** One more byte of a header; when it is whole, `left` is what follows it. */
  const readHeader = (byte: number): void => {
    header.push(byte)
    const [first = 0, second = 0] = header
    if (header.length === 1 && (first & OPCODE) === CLOSE) hasClosed = true
    if (header.length < 2) return
    const extended = EXTENDED[second & 0x7f] ?? 0
    const mask = (second & MASKED) === 0 ? 0 : MASK_BYTES
    if (header.length < 2 + extended + mask) return
    const length = header.slice(2, 2 + extended).reduce((sum, part) => sum * 256 + part, 0)
    left = extended === 0 ? second & 0x7f : length
    header = []
  }
  return {
    /** Whether the next byte begins a frame. */
    get isBetweenFrames(): boolean {
      return header.length === 0 && left === 0
    },
    /** Whether a Close frame has begun: nothing follows it (§5.5.1). */
    get hasClosed(): boolean {
      return hasClosed
    },
    /**
     * Follows bytes of the sender.
     *
     * @param untilBoundary Stops at the first end of a frame.
     * @returns How many bytes were followed.
     */
    follow(bytes: Uint8Array, untilBoundary: boolean): number {
      let at = 0
      while (at < bytes.length) {
        if (untilBoundary && header.length === 0 && left === 0) return at
        if (left === 0) {
          readHeader(bytes[at] ?? 0)
          at += 1
        } else {
          const content = Math.min(left, bytes.length - at)
          left -= content
          at += content
        }
      }
      return at
    },
  }
}

/** A Close frame of a server, which is not masked (§5.1). `reason` is short ASCII. */
export function closeFrame(code: number, reason: string): Buffer {
  const content = Buffer.from(`\0\0${reason}`, 'latin1')
  content.writeUInt16BE(code)
  return Buffer.concat([Buffer.from([0x80 | CLOSE, content.length]), content])
}
