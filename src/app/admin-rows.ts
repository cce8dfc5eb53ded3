/** The table of the admin listener: a line for each row, in the order of docs/admin-api.md. */
import type { AdminRoute } from '../admin/admin-route.ts'
import { consoleRoutes, type ConsoleTexts } from '../admin/console-routes.ts'
import { reportHealth, type WorkerHealth } from '../admin/health.ts'
import { healthRoutes } from '../admin/health-routes.ts'
import { keysRoute } from '../admin/keys-route.ts'
import { reportKeys } from '../admin/keys-report.ts'
import { metricsRoute, type MetricsPage } from '../admin/metrics-route.ts'
import type { AskAll } from '../admin/questions.ts'
import { upstreamsRoute } from '../admin/upstreams-route.ts'
import type { ServingInstance } from './build-instance.ts'

/** The service, as the rows of the admin listener see it. */
export interface AdminContext {
  /** Returns the one in force. */
  readonly instance: () => ServingInstance
  readonly isDraining: () => boolean
  /** Of all listeners. */
  readonly addresses: () => readonly string[]
  /** For what the processes that decide know. */
  readonly askAll: AskAll
  readonly metrics: MetricsPage
  /** Absent for a service of one process. */
  readonly workers?: () => readonly WorkerHealth[]
}

/** Each row computes its answer anew for each request. */
export const adminRows = (context: AdminContext): readonly AdminRoute[] => [
  ...healthRoutes(() => health(context)),
  metricsRoute(context.metrics),
  keysRoute(() => reportKeys(context.instance().guard.issuers)),
  upstreamsRoute(context.askAll),
  ...consoleRoutes(loadConsole),
]

/** Imported late: no start waits for it. */
const loadConsole = async (): Promise<ConsoleTexts> =>
  (await import('./console/console-files.ts')).CONSOLE_FILES

const health = ({ instance, addresses, isDraining, workers }: AdminContext) =>
  reportHealth({
    configDigest: instance().config.digest,
    listeners: addresses(),
    issuers: instance().guard.issuers,
    isDraining: isDraining(),
    nowMs: Date.now(),
    ...(workers && { workers: workers() }),
  })
