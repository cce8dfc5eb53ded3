/** What the admin listener reports of the service itself. */
import packageJson from '../../package.json' with { type: 'json' }
import type { WorkerHealth } from '../admin/health.ts'
import type { ReloadReport } from '../admin/reload-route.ts'
import { timeOrNull } from '../admin/shapes.ts'
import type { StatusReport } from '../admin/status-route.ts'
import { diagnosticsToJson, withFrames } from '../config/format-diagnostics.ts'
import { listOrigins, MAX_ROUTES_WITH_ORIGINS, originToJson } from '../config/list-origins.ts'
import { partsOf } from '../keys/key-source.ts'
import { writeSettings, type Settings } from '../settings/definition.ts'
import type { Instance } from './build-instance.ts'
import type { ReloadOutcome } from './reload.ts'
import type { ServiceRecord } from './service-record.ts'

export interface ReportedService {
  /** Of all listeners. */
  readonly addresses: () => readonly string[]
  readonly record: ServiceRecord
  /** Absent for a service of one process. */
  readonly workers?: () => readonly WorkerHealth[]
}

/** @param kinds Of the listeners, in the order of their addresses. */
export function reportStatus(
  { addresses, workers, record }: ReportedService,
  instance: Instance,
  kinds: readonly StatusReport['listeners'][number]['kind'][],
  isReady: boolean,
): StatusReport {
  const { config, warnings, guard } = instance
  const { startedAtMs, loadedAtMs, lastReload } = record
  return {
    version: packageJson.version,
    runtime: `bun ${process.versions.bun}`,
    startedAt: time(startedAtMs),
    isReady,
    config: {
      digest: config.digest,
      format: config.format,
      file: config.source.file,
      loadedAt: time(loadedAtMs),
      warnings: [...diagnosticsToJson(warnings)],
    },
    lastReload:
      lastReload === undefined || lastReload.result === 'postponed'
        ? null
        : {
            at: time(lastReload.atMs),
            result: lastReload.result,
            cause: lastReload.cause,
            errors: [...diagnosticsToJson(lastReload.errors)],
          },
    listeners: addresses().map((address, i) => ({ kind: kinds[i] ?? 'gateway', address })),
    workers: (workers?.() ?? []).map(({ number, pid, isServing, lastEnd }) => ({
      number,
      pid: pid ?? null,
      isServing,
      lastEnd: lastEnd ?? null,
    })),
    issuers: guard.issuers.flatMap(({ settings, keys }) =>
      partsOf(keys).map((part) => {
        const status = part.status()
        return {
          name: settings.name,
          source: status.description,
          state: status.state,
          keys: status.keys.length,
          loadedAt: timeOrNull(status.loadedAtMs),
          nextLoadAt: timeOrNull(status.loading?.nextLoadAtMs),
          lastError: status.lastError ?? null,
        }
      }),
    ),
  }
}

/** In the order in which a service lists its addresses. */
export const listenerKinds = ({
  admin,
  gateway,
  grpc,
  spoe,
}: Settings['listen']): StatusReport['listeners'][number]['kind'][] => [
  'decisions',
  ...(admin === null ? [] : (['admin'] as const)),
  ...gateway.map(() => 'gateway' as const),
  ...(grpc === null ? [] : (['grpc'] as const)),
  ...(spoe === null ? [] : (['spoe'] as const)),
]

/** The members of `warder.config/v1`; undefined if the origins would take too long. */
export function reportConfig(
  { config }: Instance,
  hasOrigins: boolean,
): Readonly<Record<string, unknown>> | undefined {
  const { source, format, digest, settings } = config
  if (hasOrigins && settings.routes.length > MAX_ROUTES_WITH_ORIGINS) return undefined
  const value = writeSettings(settings, { secrets: 'masked', defaults: 'shown' })
  const members = { file: source.file, format, digest, config: value }
  if (!hasOrigins) return members
  const origins = listOrigins(config).map((row) => ({ ...row, origin: originToJson(row.origin) }))
  return { ...members, origins }
}

/** @returns Undefined if there was no reload. */
export function reportReload({
  result,
  digest,
  was,
  diagnostics,
  source,
}: ReloadOutcome): ReloadReport | undefined {
  if (result === 'postponed') return undefined
  const json = diagnosticsToJson(withFrames(diagnostics, source))
  const bug = result === 'failed' ? diagnosticsToJson([BUG]) : []
  return {
    result: result === 'failed' ? 'refused' : result,
    digest,
    was,
    diagnostics: [...json, ...bug],
  }
}

const BUG = {
  code: 'ERR_INTERNAL',
  severity: 'error',
  message: 'the reload failed, which is a bug in Warder; its log has the details',
  hints: [],
} as const

const time = (ms: number): string => timeOrNull(ms) ?? ''
