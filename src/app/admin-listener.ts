/** The admin listener of a service. */
import { createAdminAccess } from '../admin/access.ts'
import { createGuessLimit } from '../admin/guess-limit.ts'
import { createAdminRouter } from '../admin/router.ts'
import type { Certificates } from '../http/sockets/certificates.ts'
import { createAdminLog } from '../observe/admin-log.ts'
import type { Logger } from '../observe/logger.ts'
import { createAdminListener, type AdminListener } from '../server/admin/admin-listener.ts'
import { isLoopback } from '../settings/values/listen-address.ts'
import type { SocketAddress } from '../socket-address.ts'
import { adminRows, type AdminContext } from './admin-rows.ts'
import { monotonicMs, setTimer } from './system.ts'
import { createDecisionWatch } from './watch-decisions.ts'

/**
 * @param address Null for none.
 * @throws WarderError ERR_SERVER_LISTEN
 */
export function openAdmin(
  address: SocketAddress | null,
  context: AdminContext,
  logger: Logger,
): AdminListener | undefined {
  if (address === null) return undefined
  const { instance } = context
  const log = createAdminLog(logger, { monotonicMs, setTimer })
  // Whether there is TLS is decided at the start; the certificates may be replaced.
  const { adminCertificates: first } = instance()
  const access = createAdminAccess({
    settings: () => instance().config.settings.admin,
    isLocal: isLoopback(address),
    hasCertificates: first?.asksForClientCertificates === true,
    guesses: createGuessLimit(monotonicMs),
    onDenied: log.onDenied,
  })
  const watch = createDecisionWatch(context.askAll, instance)
  const listener = createAdminListener({
    address,
    certificates: first && ((): Certificates => instance().adminCertificates ?? first),
    route: createAdminRouter(adminRows(context, watch.rows), { ...access, onFault: log.onFault }),
    hosts: () => instance().config.settings.listen.adminHosts ?? [],
    ...log.listener,
  })
  watch.start()
  return {
    ...listener,
    stop() {
      watch.stop()
      return listener.stop()
    },
  }
}
