/** The service from start to stop: load, listen, reload, drain. */
import { logBugs } from '../../observe/bug-log.ts'
import { createKeyLog } from '../../observe/key-log.ts'
import type { Instance } from '../../app/build-instance.ts'
import { loadInstance } from '../../app/load-instance.ts'
import { loadInThread } from '../../app/loading/load-in-thread.ts'
import { createReload, type Reloadable } from '../../app/reload.ts'
import { createServiceMetrics, type ServiceMetrics } from '../../app/metrics/service-metrics.ts'
import type { Service } from '../../app/service.ts'
import type { EarlyWorker } from '../../app/workers/early-worker.ts'
import { countWorkers, type WorkerCount } from '../../app/workers/worker-count.ts'
import { endLog, stopSignal } from '../../app/process-end.ts'
import { systemKeyDeps } from '../../app/system.ts'
import { createTracing, type Tracing } from '../../app/tracing/tracing.ts'
import { watchConfig } from '../../app/watch-config.ts'
import { formatDiagnostics } from '../../config/format-diagnostics.ts'
import type { ConfigFailure } from '../../config/load-config.ts'
import type { Logger, StyledLogger } from '../../observe/logger.ts'
import type { Cli } from '../cli.ts'
import type { KeyDeps } from '../../keys/key-deps.ts'
import { consoleText } from '../console-url.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { openLog, type StyleOf } from '../open-log.ts'
import { launchHelp } from './launch-help.ts'
import { reportFailure } from '../open-instance.ts'

/**
 * Serves until a signal. A configuration that is refused at the start is reported, and ends it.
 *
 * @param mayWatch Whether it is loaded again when it changes.
 * @param early The first worker, if it was started already.
 * @throws WarderError ERR_SERVER_LISTEN
 */
export async function runServe(
  cli: Cli,
  file: string,
  mayWatch: boolean,
  early: EarlyWorker | undefined,
): Promise<ExitCode> {
  const { logger, styleOf, setStyle } = openLog(cli)
  const tracing = createTracing(logger)
  const metrics = createServiceMetrics(logger)
  const { deps, onKeys } = watchKeys(logger, tracing, metrics)
  const report = createReport(cli)
  const first = await loadInstance(file, deps)
  if (!first.ok) return reportFailure(cli, first.error)
  setStyle(first.value)
  report({ diagnostics: first.value.warnings, source: first.value.config.source })
  await first.value.ready
  const workers = countWorkers(first.value.config.settings)
  const stopping = stopSignal()
  let wantsReload = false
  let hangUp = (): void => void (wantsReload = true)
  process.on('SIGHUP', () => hangUp())
  const world = { logger, styleOf, tracing, metrics }
  const opening = open(first.value, workers, world, early, onKeys)
  const service = await Promise.race([opening, stopping])
  // Nothing was promised yet; workers that have started end with this process.
  if (typeof service === 'string') process.exit(EXIT.ok)
  announce(service, workers, logger, cli.stderr)
  // Not waited for at the end: a stop soon after a reload would take as long as the sleep.
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())
  const reload = createReload({
    service,
    load: (previous) => loadInThread(file, { ...deps, previous, onThreadFault: logThreadFault(logger) }),
    loadWithPositions: (previous) => loadInstance(file, { ...deps, previous }),
    logger,
    onReplaced: setStyle,
    onResult: (result) => metrics.reloads.note(result),
    onEnded: (cause, outcome) => service.record.noteReload(cause, outcome),
    report: (failure) => {
      report(failure)
      if (failure.diagnostics.every(({ severity }) => severity === 'warning')) return
      const { digest } = service.instance.config
      cli.stderr.write(`warder: still running config ${digest}; to see this again: warder check ${file}\n`)
      watch?.watchRefused(failure)
    },
    sleep,
    stopping,
  })
  const watch = mayWatch ? watchConfig(service, reload, logger) : undefined
  hangUp = () => void reload({ kind: 'signal' }).then(() => watch?.follow())
  service.record.requestReload = async () => {
    const outcome = await reload({ kind: 'api' })
    watch?.follow()
    return outcome
  }
  if (wantsReload) hangUp()
  const stopLoggingBugs = logBugs(logger)
  const signal = await stopping
  watch?.stop()
  await stop(service, signal, logger)
  stopLoggingBugs()
  return EXIT.ok
}

const createReport =
  (cli: Cli) =>
  ({ diagnostics, source }: ConfigFailure): void => {
    if (diagnostics.length > 0)
      cli.stderr.write(formatDiagnostics(diagnostics, source, { colour: cli.colour.stderr }))
  }

/** Key sources report to the log and the metrics, then to the function that `onKeys` was called with. */
function watchKeys(
  logger: Logger,
  tracing: Tracing,
  metrics: ServiceMetrics,
): { readonly deps: KeyDeps; readonly onKeys: (follow: () => void) => void } {
  const logKeys = createKeyLog(logger)
  let follow = (): void => undefined
  const onEvent: KeyDeps['onEvent'] = (event) => {
    logKeys(event)
    metrics.keys.note(event)
    follow()
  }
  return { deps: { ...tracing.watchFetches(systemKeyDeps), onEvent }, onKeys: (next) => (follow = next) }
}

const logThreadFault =
  (logger: Logger) =>
  (detail: string): void =>
    void logger.warn(
      { event: 'reload', detail },
      'the loading thread failed, so that decisions wait for this reload',
    )

type Serving = Reloadable & Pick<Service, 'addresses' | 'record' | 'stop'>

interface ServeWorld {
  readonly logger: StyledLogger
  readonly styleOf: StyleOf
  readonly tracing: Tracing
  readonly metrics: ServiceMetrics
}

/** Loads what it opens: neither kind of service needs the other's part of the program. */
async function open(
  first: Instance,
  { count }: WorkerCount,
  { logger, styleOf, tracing, metrics }: ServeWorld,
  early: EarlyWorker | undefined,
  onKeys: (follow: () => void) => void,
): Promise<Serving> {
  if (count === 1) {
    early?.discard()
    const { openService } = await import('../../app/service.ts')
    // Where nobody can read them, nothing is counted.
    const counted = first.config.settings.listen.admin === null ? undefined : metrics
    return openService(first, logger, undefined, true, tracing, counted)
  }
  const { openSupervised } = await import('../../app/workers/supervised-service.ts')
  return openSupervised(first, { count, logger, styleOf, tracing, metrics, onKeys, spawn: early?.spawn })
}

function announce(
  service: Serving,
  { count, why }: WorkerCount,
  logger: Logger,
  stderr: Cli['stderr'],
): void {
  const talk = (text: string): void => stderr.write(`${text}\n`)
  const { config, guard } = service.instance
  const [decisions, second] = service.addresses
  logger.info(
    {
      event: 'start',
      config: config.digest,
      format: config.format,
      listeners: service.addresses,
      ...(count > 1 && { workers: count }),
      issuers: guard.issuers.map((issuer) => issuer.settings.name),
      relaxations: service.instance.warnings.map((warning) => warning.code),
    },
    'ready to decide',
  )
  talk(`warder: deciding on ${decisions ?? ''}, config ${config.digest}`)
  if (count > 1) talk(`warder: ${count} workers`)
  if (why !== undefined) talk(`warder: one process, because ${why}`)
  const { admin, gateway, grpc, spoe } = config.settings.listen
  if (admin !== null) talk(`warder: ${consoleText(second ?? '', config.settings.admin.tls !== undefined)}`)
  const others = service.addresses.slice(admin === null ? 1 : 2)
  const gateways = others.slice(0, gateway.length)
  const asked = others.slice(gateway.length)
  if (grpc !== null) talk(`warder: deciding by gRPC on ${asked[0] ?? ''}`)
  if (spoe !== null) talk(`warder: deciding by SPOE on ${asked.at(-1) ?? ''}`)
  if (gateways.length > 0) talk(`warder: gateway on ${gateways.join(', ')}`)
  const host = (decisions ?? '').replace(/^\[::\]|^0\.0\.0\.0/, 'localhost')
  for (const text of launchHelp(config, host, stderr.isTerminal, Date.now())) talk(text)
}

async function stop(service: Serving, signal: NodeJS.Signals, logger: Logger): Promise<void> {
  const { drainMs } = service.instance.config.settings
  logger.info({ event: 'stop', signal, drain_ms: drainMs }, 'stopping; no longer ready')
  await service.stop(drainMs)
  logger.info({ event: 'stopped' }, 'stopped')
  await endLog(logger)
}
