/** Replacing the configuration of a running service: whole, or not at all. */
import type { ConfigFailure } from '../config/load-config.ts'
import type { Settings } from '../settings/definition.ts'
import type { Logger } from '../observe/logger.ts'
import type { Result } from '../result.ts'
import type { Instance } from './build-instance.ts'
import type { WatchedFiles } from '../config/watched-files.ts'
import { toDiagnostic } from '../config/diagnostic.ts'
import { checkReload } from '../config/reload-checks.ts'
import type { ReloadResult } from './metrics/reload-metrics.ts'
import type { SharedFault } from './workers/messages.ts'

/** How long a reload waits for the keys of new sources, in milliseconds; the old configuration answers meanwhile. */
const KEYS_WAIT_MS = 5_000

/** Stands for a fault that no check has found. */
const BUG: unique symbol = Symbol('a bug')

/** Why a configuration is loaded again. */
export type ReloadCause =
  /** Somebody requested it. */
  | { readonly kind: 'signal' }
  /** A file has changed. */
  | { readonly kind: 'watch'; readonly isQuiet: (loaded: WatchedFiles) => boolean }

/** What a reload needs of a service. */
export interface Reloadable {
  readonly instance: Instance
  /** Puts another instance in force, and closes the old one; or reports why it cannot, and the old one stays. */
  replace(next: Instance): Promise<SharedFault | undefined>
}

export interface ReloadDeps {
  readonly service: Reloadable
  readonly load: (previous: Instance) => Promise<Result<Instance, ConfigFailure>>
  /** Loads once more what a check of the reload refuses, if `load` does not know its positions. */
  readonly loadWithPositions?: ReloadDeps['load']
  readonly logger: Logger
  /** Called when another configuration is in force, before that is logged. */
  readonly onReplaced?: (next: Instance) => void
  /** Receives how each reload has ended. */
  readonly onResult?: (result: ReloadResult) => void
  /** Prints diagnostics for people: those of a refusal, with an error among them, or the warnings of what is in force. */
  readonly report: (failure: ConfigFailure) => void
  /** Resolves after so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>
  /** Resolves when the service is asked to stop: nothing is loaded or put in force from then on. */
  readonly stopping: Promise<unknown>
}

/**
 * Makes the reload function. Requests for a reload that arrive during one are served by one more after it, by signal
 * if one of them was. An invalid configuration is reported, and the old one stays in force.
 */
export function createReload(deps: ReloadDeps): (cause: ReloadCause) => Promise<void> {
  let hasStop = false
  void deps.stopping.then(() => (hasStop = true))
  const isStopping = (): boolean => hasStop
  let running: Promise<void> | undefined
  let next: ReloadCause | undefined
  const run = async (): Promise<void> => {
    for (let cause = next; cause !== undefined && !isStopping(); cause = next) {
      next = undefined
      await reloadOnce(deps, cause, isStopping)
    }
  }
  return (cause) => {
    if (next?.kind !== 'signal') next = cause
    running ??= run().finally(() => (running = undefined))
    return running
  }
}

async function reloadOnce(deps: ReloadDeps, cause: ReloadCause, isStopping: () => boolean): Promise<void> {
  const { service, sleep, stopping } = deps
  const old = service.instance
  const next = await loadNext(deps, cause, old)
  if (next === undefined) return
  await Promise.race([next.started, sleep(KEYS_WAIT_MS), stopping])
  // Its keys may be hanging, and would keep the process.
  if (isStopping()) return next.close(old)
  const fault = await service.replace(next).catch((thrown: unknown): typeof BUG => {
    // Half of it is in force: nothing here can be said about it.
    if (service.instance === next) throw thrown
    return BUG
  })
  // The service may have stopped meanwhile.
  if (service.instance === next) return reportReload(deps, old, next)
  if (fault === undefined) return
  next.close(old)
  if (fault === BUG) return logBug(deps)
  refuse(deps, {
    diagnostics: [toDiagnostic(fault)],
    source: next.config.source,
    watched: watchedFiles(next),
  })
}

/** What may replace the running instance; undefined, and reported, if nothing may. */
async function loadNext(
  { loadWithPositions, ...deps }: ReloadDeps,
  cause: ReloadCause,
  old: Instance,
): Promise<Instance | undefined> {
  // A bug in loading must not end the service, whose old configuration is good.
  const loaded = await deps.load(old).catch(() => undefined)
  if (loaded === undefined) return logBug(deps)
  if (!loaded.ok) return refuse(deps, loaded.error)
  const next = loaded.value
  const watched = watchedFiles(next)
  // The files are being written again: what was read may be incomplete.
  const isIncomplete = cause.kind === 'watch' && !cause.isQuiet(watched)
  const diagnostics = isIncomplete ? [] : checkReload(old.config.settings, next.config, cause.kind)
  if (!isIncomplete && diagnostics.length === 0) return next
  next.close(old)
  if (isIncomplete) return undefined
  if (loadWithPositions !== undefined) return loadNext({ ...deps, load: loadWithPositions }, cause, old)
  return refuse(deps, { diagnostics, source: next.config.source, watched })
}

function refuse(deps: ReloadDeps, failure: ConfigFailure): undefined {
  deps.report(failure)
  deps.onResult?.('refused')
  const errors = failure.diagnostics.filter(({ severity }) => severity === 'error')
  return logRefusal(
    deps,
    errors.map(({ code }) => code),
    'reload refused; the previous configuration stays in force',
  )
}

function logBug(deps: Pick<ReloadDeps, 'logger' | 'service' | 'onResult'>): undefined {
  deps.onResult?.('failed')
  return logRefusal(
    deps,
    ['ERR_INTERNAL'],
    'reload failed, which is a bug in Warder; the previous configuration stays in force',
  )
}

function logRefusal(
  { logger, service }: Pick<ReloadDeps, 'logger' | 'service'>,
  errors: readonly string[],
  message: string,
): undefined {
  logger.error(
    { event: 'reload', result: 'refused', config: service.instance.config.digest, errors },
    message,
  )
}

function reportReload(
  { logger, report, onReplaced, onResult }: ReloadDeps,
  old: Instance,
  next: Instance,
): void {
  onReplaced?.(next)
  onResult?.('success')
  const { config, warnings } = next
  const { digest: was, settings: before } = old.config
  if (warnings.length > 0) report({ diagnostics: warnings, source: config.source })
  const relaxations = warnings.map(({ code }) => code)
  logger.info(
    { event: 'reload', result: 'success', config: config.digest, was, relaxations },
    'configuration reloaded',
  )
  if (boundTo(config.settings) !== boundTo(before)) {
    logger.warn({ event: 'reload', config: config.digest }, '`listen` has changed; restart to listen there')
  }
  if (config.settings.workers !== before.workers) {
    logger.warn({ event: 'reload', config: config.digest }, '`workers` has changed; restart to have as many')
  }
}

/** Everything that a running configuration was made of. */
export const watchedFiles = ({ config, fileHashes }: Instance): WatchedFiles => ({
  files: config.files,
  directories: config.directories,
  fileHashes,
})

/** What only a restart can change; the gateway's other options are read with each configuration. */
function boundTo({ listen, admin: { tls: adminTls } }: Settings): string {
  const { decisions, grpc, spoe, tls: callerTls, admin, gateway } = listen
  const bound = gateway.map(({ address, tls }) => [
    address,
    tls !== undefined,
    tls?.clientCaFile !== undefined,
  ])
  const callers = [decisions, grpc, spoe, callerTls !== undefined, callerTls?.clientCaFile !== undefined]
  const admins = [admin, adminTls !== undefined, adminTls?.clientCaFile !== undefined]
  return JSON.stringify([callers, admins, bound])
}
