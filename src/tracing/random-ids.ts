/** Ids of traces and spans: random bytes, which are drawn many at a time. */

/** A drawing costs as much as ten ids. */
const DRAWN_BYTES = 4_096

/**
 * @param draw Fills an array with random bytes.
 * @returns A source of ids of so many bytes, in lower-case hexadecimal digits, never all zero.
 */
export function createRandomIds(draw: (bytes: Uint8Array<ArrayBuffer>) => void): (bytes: number) => string {
  const drawn = Buffer.alloc(DRAWN_BYTES)
  let at = DRAWN_BYTES
  const next = (bytes: number): string => {
    if (at + bytes > DRAWN_BYTES) {
      draw(drawn)
      at = 0
    }
    const id = drawn.toString('hex', at, at + bytes)
    at += bytes
    return /[^0]/.test(id) ? id : next(bytes)
  }
  return next
}
