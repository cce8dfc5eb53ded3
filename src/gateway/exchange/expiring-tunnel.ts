/** A WebSocket that ends with the token that it was opened with. */
import type { Judgement } from '../judges/judge.ts'
import { closeFrame, createFrameTracker } from '../../http/messages/websocket-frames.ts'

/** A code from the range for private use, as an application would send it (RFC 6455 §7.4.2). */
const TOKEN_EXPIRED = closeFrame(4401, 'token expired')

export type ExpiringTunnel = ReturnType<typeof createExpiringTunnel>

/**
 * The Close frame is written between two frames of the server: within one, it would be a part of its content.
 *
 * @param send Hands bytes to the client.
 * @param ended Called once, when the client has been sent everything.
 */
export function createExpiringTunnel(send: (bytes: Buffer) => void, ended: () => void) {
  const frames = createFrameTracker()
  let isExpired = false
  let isOver = false
  const end = (): void => {
    isOver = true
    // After the server's own Close frame, no second one is sent.
    if (!frames.hasClosed) send(TOKEN_EXPIRED)
    ended()
  }
  return {
    /** Bytes of the server on their way to the client. */
    fromServer(bytes: Buffer): void {
      if (isOver) return
      const followed = frames.follow(bytes, isExpired)
      send(bytes.subarray(0, followed))
      if (isExpired && frames.isBetweenFrames) end()
    },
    /** The token has expired. Called again, it no longer waits for the end of the server's frame. */
    expire(): void {
      if (isOver) return
      if (frames.isBetweenFrames) return end()
      if (isExpired) {
        isOver = true
        ended()
      }
      isExpired = true
    },
  }
}

/** When the token of a judgement expires, in epoch seconds; Infinity if it never does. */
export const expiryOf = ({ decision }: Judgement): number =>
  (decision.outcome === 'allow' ? decision.notAfter : undefined) ?? Infinity
