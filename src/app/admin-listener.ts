/** The admin listener of a service. */
import { createAdminRouter } from '../admin/router.ts'
import type { AdminLog } from '../observe/admin-log.ts'
import { createAdminListener, type AdminListener } from '../server/admin/admin-listener.ts'
import type { SocketAddress } from '../socket-address.ts'
import { adminRows, type AdminContext } from './admin-rows.ts'

/**
 * @param address Null for none.
 * @throws WarderError ERR_SERVER_LISTEN
 */
export function openAdmin(
  address: SocketAddress | null,
  context: AdminContext,
  log: AdminLog,
): AdminListener | undefined {
  if (address === null) return undefined
  const { instance } = context
  return createAdminListener({
    address,
    certificates: undefined,
    route: createAdminRouter(adminRows(context), { authorize: () => 'change', onFault: log.onFault }),
    hosts: () => instance().config.settings.listen.adminHosts ?? [],
    ...log.listener,
  })
}
