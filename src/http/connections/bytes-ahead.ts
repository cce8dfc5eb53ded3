/** What a client sends ahead of its turn. */
import type { Holding } from '../held-account.ts'
import type { Wire } from '../sockets/wire.ts'
import { MAX_AHEAD_BYTES } from './http1-stream.ts'

export interface BytesAhead {
  add(bytes: Buffer): void
  /** All of them, for the end of the wait. */
  take(): Buffer
}

/**
 * Keeps the bytes; if they are too many, further ones wait in the kernel.
 *
 * @param headBytes What the holding has besides.
 */
export function keepAhead(rest: Buffer, wire: Wire, holding: Holding, headBytes: number): BytesAhead {
  let kept = rest
  const hold = (): void => {
    holding.set(headBytes + kept.length)
    if (kept.length > MAX_AHEAD_BYTES) wire.pause()
  }
  hold()
  return {
    add(bytes) {
      kept = Buffer.concat([kept, bytes])
      hold()
    },
    take() {
      holding.set(headBytes)
      return kept
    },
  }
}
