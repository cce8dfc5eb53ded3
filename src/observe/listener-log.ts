/** What happens at the decision listener beside decisions. */
import type { LimitReached } from '../http/connections/connection-limit.ts'
import type { Overload } from '../http/connections/held-bytes.ts'
import type { RequestFault } from '../http/messages/framing.ts'
import type { Logger } from './logger.ts'

/** How long further reports of a kind are held back, in milliseconds: one is enough to find the proxy. */
const INTERVAL_MS = 60_000

/** @param nowMs A clock that never goes back. */
export function createListenerLog(logger: Logger, nowMs: () => number) {
  const seldom = <T>(report: (what: T) => void): ((what: T) => void) => {
    let nextMs = -Infinity
    return (what) => {
      const now = nowMs()
      if (now < nextMs) return
      nextMs = now + INTERVAL_MS
      report(what)
    }
  }
  return {
    /** @param hint What to change in the proxy. */
    onUnreadBody: seldom((hint: string) =>
      logger.warn(
        { event: 'unread_body', hint },
        'a decision request announced a body; its connection was closed',
      ),
    ),
    onRefused: seldom(({ status, detail }: RequestFault) =>
      logger.warn(
        { event: 'bad_request', status, detail },
        'a decision request could not be read; its connection was closed',
      ),
    ),
    onLimitReached: ({ open, closedIdle, refused }: LimitReached) =>
      logger.warn(
        { event: 'connections_full', open, closed_idle: closedIdle, refused },
        'the decision listener has as many connections as it may',
      ),
    onOverload: ({ heldBytes, closed }: Overload) =>
      logger.warn(
        { event: 'memory_full', held_bytes: heldBytes, closed },
        'connections were closed because all of the decision listener together held too much memory',
      ),
  }
}
