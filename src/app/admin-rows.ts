/** The table of the admin listener: a line for each row, in the order of docs/admin-api.md. */
import packageJson from '../../package.json' with { type: 'json' }
import type { AdminRoute } from '../admin/admin-route.ts'
import { consoleRoutes, type ConsoleTexts } from '../admin/console-routes.ts'
import { decisionRows, type PlaceOfStep } from '../admin/decision-rows.ts'
import { createGuessLimit } from '../admin/guess-limit.ts'
import { reportHealth, type WorkerHealth } from '../admin/health.ts'
import { healthRoutes } from '../admin/health-routes.ts'
import { configRoute } from '../admin/config-route.ts'
import { explainRoute } from '../admin/explain-route.ts'
import { routesRows } from '../admin/routes-rows.ts'
import { keysRoute } from '../admin/keys-route.ts'
import { reportKeys } from '../admin/keys-report.ts'
import { openapiRoute } from '../admin/openapi/openapi-route.ts'
import { metricsRoute, type MetricsPage } from '../admin/metrics-route.ts'
import { createPace } from '../admin/pace.ts'
import type { AskAll } from '../admin/questions.ts'
import { refreshRoute } from '../admin/refresh-route.ts'
import { reloadRoute } from '../admin/reload-route.ts'
import { statusRoute } from '../admin/status-route.ts'
import { upstreamsRoute } from '../admin/upstreams-route.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { stepPlacesOf, type StepPlaces } from '../config/step-places.ts'
import { routeViews } from './route-views.ts'
import { listenerKinds, reportConfig, reportReload, reportStatus } from './admin-reports.ts'
import type { Instance } from './build-instance.ts'
import { monotonicMs, setTimer } from './system.ts'
import type { ServiceRecord } from './service-record.ts'

/** The service, as the rows of the admin listener see it. */
export interface AdminContext {
  /** Returns the one in force. */
  readonly instance: () => Instance
  readonly isDraining: () => boolean
  /** Of all listeners. */
  readonly addresses: () => readonly string[]
  /** For what the processes that decide know. */
  readonly askAll: AskAll
  readonly metrics: MetricsPage
  readonly record: ServiceRecord
  /** Absent for a service of one process. */
  readonly workers?: () => readonly WorkerHealth[]
}

/** Each row computes its answer anew for each request. @param watching Rows about what is followed over time. */
export function adminRows(context: AdminContext, watching: readonly AdminRoute[]): readonly AdminRoute[] {
  const { instance, record } = context
  // Those of the start: a reload opens and closes none.
  const kinds = listenerKinds(instance().config.settings.listen)
  const rows: readonly AdminRoute[] = [
    ...healthRoutes(() => health(context)),
    metricsRoute(context.metrics),
    statusRoute(() => reportStatus(context, instance(), kinds, health(context).isReady)),
    reloadRoute(() => record.requestReload?.().then(reportReload)),
    refreshRoute(() => instance().guard.issuers),
    configRoute((hasOrigins) => reportConfig(instance(), hasOrigins)),
    ...routesRows(routeViews(instance)),
    explainRoute(
      async (question) => (await import('./explain/admin-explain.ts')).explainForAdmin(instance(), question),
      createGuessLimit(monotonicMs),
    ),
    keysRoute(() => reportKeys(instance().guard.issuers)),
    ...decisionRows(context.askAll, createPace({ monotonicMs, setTimer }), placesOf(context)),
    ...watching,
    upstreamsRoute(context.askAll),
    openapiRoute(() => rows, packageJson.version),
    ...consoleRoutes(loadConsole),
  ]
  return rows
}

/**
 * Those that the loading thread has looked up. A supervisor looks the others up itself, once for each configuration; one
 * process would decide nothing in the meantime.
 */
function placesOf({ instance, workers }: AdminContext): PlaceOfStep {
  let known: { readonly config: LoadedConfig; readonly places: StepPlaces | undefined } | undefined
  return ({ setting, result }, digest) => {
    const { config } = instance()
    if (setting === null || result === 'not_reached' || config.digest !== digest) return null
    if (known?.config !== config) {
      const places = config.stepPlaces ?? (workers === undefined ? undefined : stepPlacesOf(config))
      known = { config, places }
    }
    return known.places?.get(setting) ?? null
  }
}

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
