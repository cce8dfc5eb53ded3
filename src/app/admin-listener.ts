/** The admin listener of a service: its health, and its keys. */
import { adminRoutes } from '../admin/admin-routes.ts'
import { reportHealth, type WorkerHealth } from '../admin/health.ts'
import { reportKeys } from '../admin/keys-report.ts'
import type { AskAll } from '../admin/questions.ts'
import { createHttpListener, type HttpListener } from '../server/http-listener.ts'
import { localOnly } from '../server/local-only.ts'
import type { SocketAddress } from '../socket-address.ts'
import type { ServingInstance } from './build-instance.ts'

/** The state of the service beside its instance. */
export interface ServiceState {
  readonly isDraining: () => boolean
  /** Of all listeners. */
  readonly addresses: () => readonly string[]
  /** For what the processes that decide know. */
  readonly askAll: AskAll
  /** Absent for a service of one process. */
  readonly workers?: () => readonly WorkerHealth[]
}

/**
 * @param address Null for none.
 * @param instance Returns the one in force.
 * @throws WarderError ERR_SERVER_LISTEN
 */
export function openAdmin(
  address: SocketAddress | null,
  instance: () => ServingInstance,
  { isDraining, addresses, workers }: ServiceState,
): HttpListener | undefined {
  if (address === null) return undefined
  const health = () =>
    reportHealth({
      configDigest: instance().config.digest,
      listeners: addresses(),
      issuers: instance().guard.issuers,
      isDraining: isDraining(),
      nowMs: Date.now(),
      ...(workers && { workers: workers() }),
    })
  const routes = adminRoutes(health, () => reportKeys(instance().guard.issuers))
  const hosts = (): readonly string[] => instance().config.settings.listen.adminHosts ?? []
  // Browsers do not reach a unix socket, and its clients name any host.
  return createHttpListener(address, address.kind === 'unix' ? routes : localOnly(routes, hosts))
}
