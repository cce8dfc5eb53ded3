/** What happens at the decision listener beside decisions. */
import type { LimitReached } from '../http/connections/connection-limit.ts'
import type { Overload } from '../http/connections/held-bytes.ts'
import type { RequestFault } from '../http/messages/framing.ts'
import { withoutTokens } from '../without-tokens.ts'
import type { Logger } from './logger.ts'
import type { Sampling } from './sampling.ts'

/** How long further reports are held back, in milliseconds: one is enough to find the proxy. */
const INTERVAL_MS = 60_000

/** Characters; enough to recognise what is written in the proxy's configuration. */
const MAX_PATH_LENGTH = 200
const ENDPOINTS_HINT =
  'let the proxy ask one of the endpoints in docs/callers.md, with the name of a policy that exists, or none; `warder snippet` prints the whole configuration'

/** A proxy that passes paths on sends those of clients. */
const shownPath = (path: string): string => withoutTokens(path).slice(0, MAX_PATH_LENGTH)

export type ListenerLog = ReturnType<typeof createListenerLog>

/**
 * @param faults Which requests that could not be read have a line, by their fault.
 * @param nowMs A clock that never goes back.
 */
export function createListenerLog(logger: Logger, faults: Sampling<RequestFault>, nowMs: () => number) {
  let nextMs = -Infinity
  let nextPathMs = -Infinity
  return {
    /** @param hint What to change in the proxy. */
    onUnreadBody(hint: string): void {
      const now = nowMs()
      if (now < nextMs) return
      nextMs = now + INTERVAL_MS
      logger.warn(
        { event: 'unread_body', hint },
        'a decision request announced a body; its connection was closed',
      )
    },
    /** A proxy that asks there gets no decision, and its clients an error that does not say why. */
    onUnknownPath(path: string): void {
      const now = nowMs()
      if (now < nextPathMs) return
      nextPathMs = now + INTERVAL_MS
      logger.warn(
        { event: 'unknown_endpoint', path: shownPath(path), hint: ENDPOINTS_HINT },
        'a decision request named no endpoint; it was answered with 404',
      )
    },
    /** The other side of the connection is the proxy: all clients are one. */
    onRefused(fault: RequestFault): void {
      const { status, detail } = fault
      if (!faults.admits(detail, fault, undefined)) return
      const isWritten = logger.warn(
        { event: 'bad_request', status, detail },
        'a decision request could not be read; its connection was closed',
      )
      if (!isWritten) faults.lost(detail)
    },
    onLimitReached: ({ open, limit, closedIdle, refused }: LimitReached) =>
      logger.warn(
        { event: 'connections_full', open, limit, closed_idle: closedIdle, refused },
        'the decision listener has as many connections as it may',
      ),
    onOverload: ({ heldBytes, closed }: Overload) =>
      logger.warn(
        { event: 'memory_full', held_bytes: heldBytes, closed },
        'connections were closed because all of the decision listener together held too much memory',
      ),
  }
}
