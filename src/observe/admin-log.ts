/** What happens at the admin listener. */
import type { AdminDenial } from '../admin/access.ts'
import type { LimitReached } from '../http/connections/connection-limit.ts'
import type { Overload } from '../http/connections/held-bytes.ts'
import { printable } from '../printable.ts'
import { stackText } from './bug-log.ts'
import type { Logger } from './logger.ts'
import { redact } from './redact.ts'
import { createSampling, type Sampling, type SamplingDeps } from './sampling.ts'

/** Most lines a second about one cause; the first of each client has a line in any case. */
const LINES_PER_SECOND = 5
/** Characters of a path; enough to recognize it. */
const MAX_PATH_LENGTH = 100

export function createAdminLog(logger: Logger, deps: Omit<SamplingDeps, 'linesPerSecond'>) {
  const sample = <Subject>(of: string): Sampling<Subject> =>
    createSampling<Subject>(
      () => '',
      ({ seconds, counts }) =>
        logger.warn({ event: 'not_logged', of, seconds, counts }, 'these have no lines of their own'),
      { ...deps, linesPerSecond: () => LINES_PER_SECOND },
    )
  const sampling = sample<AdminDenial>('admin_denied')
  const bugs = sample<unknown>('bug')
  return {
    onDenied(denial: AdminDenial): void {
      const { why, client, method, path, needed, token } = denial
      if (!sampling.admits(why, denial, client)) return
      const fields = {
        event: 'admin_denied',
        reason: why,
        ...(client !== '' && { client }),
        method: printable(method),
        path: redact(path, MAX_PATH_LENGTH),
        right: needed,
        ...(token !== undefined && { token }),
      }
      if (!logger.warn(fields, 'a request to the admin listener was refused')) sampling.lost(why)
    },
    /** A handler has thrown; a client that asks it again could fill the log. */
    onFault(fault: unknown): void {
      if (!bugs.admits('bug', fault, undefined)) return
      const isWritten = logger.error(
        { event: 'bug', stack: stackText(fault) },
        'a bug in Warder: please report it',
      )
      if (!isWritten) bugs.lost('bug')
    },
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
