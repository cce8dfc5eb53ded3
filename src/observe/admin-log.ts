/** What happens at the admin listener. */
import type { LimitReached } from '../http/connections/connection-limit.ts'
import type { Overload } from '../http/connections/held-bytes.ts'
import { stackText } from './bug-log.ts'
import type { Logger } from './logger.ts'

export type AdminLog = ReturnType<typeof createAdminLog>

export function createAdminLog(logger: Logger) {
  return {
    /** A handler has thrown. */
    onFault: (fault: unknown): void =>
      void logger.error({ event: 'bug', stack: stackText(fault) }, 'a bug in Warder: please report it'),
    listener: {
      onLimitReached: ({ open, limit, closedIdle, refused }: LimitReached): void =>
        void logger.warn(
          { event: 'connections_full', listener: 'admin', open, limit, closed_idle: closedIdle, refused },
          'the admin listener has as many connections as it may',
        ),
      onOverload: ({ heldBytes, closed }: Overload): void =>
        void logger.warn(
          { event: 'memory_full', listener: 'admin', held_bytes: heldBytes, closed },
          'connections were closed because all of the admin listener together held too much memory',
        ),
    },
  }
}
