/** The service from start to stop: load, listen, reload, drain. */
import { logBugs } from '../../observe/bug-log.ts'
import { createKeyLog } from '../../observe/key-log.ts'
import { loadInstance } from '../../app/load-instance.ts'
import { createReload } from '../../app/reload.ts'
import { openService, type Service } from '../../app/service.ts'
import { endLog, stopSignal, writeLogAtExit } from '../../app/process-end.ts'
import { systemKeyDeps } from '../../app/system.ts'
import { watchConfig } from '../../app/watch-config.ts'
import { formatDiagnostics } from '../../config/format-diagnostics.ts'
import type { ConfigFailure } from '../../config/load-config.ts'
import { createLogger, type Logger } from '../../observe/logger.ts'
import type { Cli } from '../cli.ts'
import { findConfigFile } from '../config-file.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { launchHelp } from './launch-help.ts'
import { reportFailure } from '../open-instance.ts'

export interface ServeOptions {
  readonly config?: string
  readonly watch: boolean
}

/**
 * Serves until a signal. A configuration that is refused at the start is reported, and ends it.
 *
 * @throws WarderError ERR_CLI_CONFIG_NOT_FOUND, ERR_SERVER_LISTEN
 */
export async function runServe(cli: Cli, options: ServeOptions): Promise<ExitCode> {
  const file = findConfigFile(options.config, cli.env)
  const logger = createLogger(1)
  writeLogAtExit(logger)
  const deps = { ...systemKeyDeps, onEvent: createKeyLog(logger) }
  const report = ({ diagnostics, source }: ConfigFailure): void =>
    cli.stderr.write(formatDiagnostics(diagnostics, source, { colour: cli.colour.stderr }))
  const first = await loadInstance(file, deps)
  if (!first.ok) return reportFailure(cli, first.error)
  report({ diagnostics: first.value.warnings, source: first.value.config.source })
  await first.value.ready
  const service = await openService(first.value, logger)
  announce(service, logger, cli.stderr)
  // Not waited for at the end: a stop soon after a reload would take as long as the sleep.
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())
  const stopping = stopSignal()
  const reload = createReload({
    service,
    load: (previous) => loadInstance(file, { ...deps, previous }),
    logger,
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
  const watch = options.watch ? watchConfig(service, reload, logger) : undefined
  process.on('SIGHUP', () => void reload({ kind: 'signal' }).then(() => watch?.follow()))
  const stopLoggingBugs = logBugs(logger)
  const signal = await stopping
  watch?.stop()
  await stop(service, signal, logger)
  stopLoggingBugs()
  return EXIT.ok
}

function announce(service: Service, logger: Logger, stderr: Cli['stderr']): void {
  const talk = (text: string): void => stderr.write(`${text}\n`)
  const { config, guard } = service.instance
  const [decisions] = service.addresses
  logger.info(
    {
      event: 'start',
      config: config.digest,
      format: config.format,
      listeners: service.addresses,
      issuers: guard.issuers.map((issuer) => issuer.settings.name),
      relaxations: service.instance.warnings.map((warning) => warning.code),
    },
    'ready to decide',
  )
  talk(`warder: deciding on ${decisions ?? ''}, config ${config.digest}`)
  const gateways = service.addresses.slice(config.settings.listen.admin === null ? 1 : 2)
  if (gateways.length > 0) talk(`warder: gateway on ${gateways.join(', ')}`)
  const host = (decisions ?? '').replace(/^\[::\]|^0\.0\.0\.0/, 'localhost')
  for (const text of launchHelp(config, host, stderr.isTerminal, Date.now())) talk(text)
}

async function stop(service: Service, signal: NodeJS.Signals, logger: Logger): Promise<void> {
  const { drainMs } = service.instance.config.settings
  logger.info({ event: 'stop', signal, drain_ms: drainMs }, 'stopping; no longer ready')
  await service.stop(drainMs)
  logger.info({ event: 'stopped' }, 'stopped')
  await endLog(logger)
}
