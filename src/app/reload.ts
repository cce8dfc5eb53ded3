/** Replacing the configuration of a running service: whole, or not at all. */
import type { ConfigFailure } from '../config/load-config.ts'
import type { Settings } from '../settings/definition.ts'
import type { Logger } from '../observe/logger.ts'
import { err, type Result } from '../result.ts'
import type { Instance } from './build-instance.ts'
import type { WatchedFiles } from '../config/watched-files.ts'
import { toDiagnostic, type Diagnostic } from '../config/diagnostic.ts'
import { checkReload } from '../config/reload-checks.ts'
import type { ReloadResult } from './metrics/reload-metrics.ts'
import type { SharedFault } from './workers/messages.ts'

/** How long a reload waits for the keys of new sources, in milliseconds; the old configuration answers meanwhile. */
const KEYS_WAIT_MS = 5_000

/** Stands for a fault that no check has found. */
const BUG: unique symbol = Symbol('a bug')

/** Why a configuration is loaded again. */
export type ReloadCause =
  /** Somebody requested it, by SIGHUP or the admin API. */
  | { readonly kind: 'signal' | 'api' }
  /** A file has changed. */
  | { readonly kind: 'watch'; readonly isQuiet: (loaded: WatchedFiles) => boolean }

/** How a reload has ended. */
export interface ReloadOutcome {
  /**
   * `success`: another configuration is in force. `unchanged`: no file differs from before. `refused`: it has a mistake.
   * `failed`: a bug in Warder. `postponed`: files are still being written, or the process is stopping. After the last
   * three, the previous configuration stays in force.
   */
  readonly result: 'success' | 'unchanged' | 'refused' | 'failed' | 'postponed'
  /** Of the configuration in force now, and before. */
  readonly digest: string
  readonly was: string
  /** Why it was refused, or the warnings of what is in force. */
  readonly diagnostics: readonly Diagnostic[]
  /** What the diagnostics point into. */
  readonly source: ConfigFailure['source']
}

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
  /** Called once for each reload that has ended. */
  readonly onEnded?: (cause: ReloadCause, outcome: ReloadOutcome) => void
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
 * Makes the reload function. Requests for a reload that arrive during one are served by one more after it, and by
 * request if one of them was; each resolves with the outcome of the reload that served it. An invalid configuration is
 * reported, and the old one stays in force.
 */
export function createReload(deps: ReloadDeps): (cause: ReloadCause) => Promise<ReloadOutcome> {
  let hasStop = false
  void deps.stopping.then(() => (hasStop = true))
  const isStopping = (): boolean => hasStop
  let isRunning = false
  let next: Requested | undefined
  const run = async (): Promise<void> => {
    isRunning = true
    for (let one = next; one !== undefined; one = next) {
      next = undefined
      const { cause, ended } = one
      await reloadOnce(deps, cause, isStopping).then((outcome) => {
        deps.onEnded?.(cause, outcome)
        ended.resolve(outcome)
      }, ended.reject)
    }
    isRunning = false
  }
  return (cause) => {
    next ??= { cause, ended: Promise.withResolvers() }
    if (next.cause.kind === 'watch') next.cause = cause
    const { promise } = next.ended
    if (!isRunning) void run()
    return promise
  }
}

interface Requested {
  cause: ReloadCause
  readonly ended: PromiseWithResolvers<ReloadOutcome>
}

async function reloadOnce(
  deps: ReloadDeps,
  cause: ReloadCause,
  isStopping: () => boolean,
): Promise<ReloadOutcome> {
  const { service, sleep, stopping } = deps
  const old = service.instance
  if (isStopping()) return outcomeOf(deps, 'postponed')
  const loaded = await loadNext(deps, cause, old)
  if (!loaded.ok) return loaded.error
  const next = loaded.value
  await Promise.race([next.started, sleep(KEYS_WAIT_MS), stopping])
  // Its keys may be hanging, and would keep the process.
  if (isStopping()) {
    next.close(old)
    return outcomeOf(deps, 'postponed')
  }
  const fault = await service.replace(next).catch((thrown: unknown): typeof BUG => {
    // Half of it is in force: nothing here can be said about it.
    if (service.instance === next) throw thrown
    return BUG
  })
  // The service may have stopped meanwhile.
  if (service.instance === next) return reportReload(deps, old, next)
  if (fault === undefined) return outcomeOf(deps, 'postponed')
  next.close(old)
  if (fault === BUG) return logBug(deps)
  return refuse(deps, {
    diagnostics: [toDiagnostic(fault)],
    source: next.config.source,
    watched: watchedFiles(next),
  })
}

/** What may replace the running instance; if nothing may, that is reported. */
async function loadNext(
  { loadWithPositions, ...deps }: ReloadDeps,
  cause: ReloadCause,
  old: Instance,
): Promise<Result<Instance, ReloadOutcome>> {
  // A bug in loading must not end the service, whose old configuration is good.
  const loaded = await deps.load(old).catch(() => undefined)
  if (loaded === undefined) return err(logBug(deps))
  if (!loaded.ok) return err(refuse(deps, loaded.error))
  const next = loaded.value
  const watched = watchedFiles(next)
  // The files are being written again: what was read may be incomplete.
  const isIncomplete = cause.kind === 'watch' && !cause.isQuiet(watched)
  const diagnostics = isIncomplete
    ? []
    : checkReload(old.config.settings, next.config, cause.kind === 'watch' ? 'watch' : 'signal')
  if (!isIncomplete && diagnostics.length === 0) return loaded
  next.close(old)
  if (isIncomplete) return err(outcomeOf(deps, 'postponed'))
  if (loadWithPositions !== undefined) return loadNext({ ...deps, load: loadWithPositions }, cause, old)
  return err(refuse(deps, { diagnostics, source: next.config.source, watched }))
}

/** Of a reload after which the configuration is the same as before. */
function outcomeOf(
  { service: { instance } }: Pick<ReloadDeps, 'service'>,
  result: ReloadOutcome['result'],
  { diagnostics, source }: ConfigFailure = { diagnostics: [], source: instance.config.source },
): ReloadOutcome {
  const { digest } = instance.config
  return { result, digest, was: digest, diagnostics, source }
}

function refuse(deps: ReloadDeps, failure: ConfigFailure): ReloadOutcome {
  deps.report(failure)
  deps.onResult?.('refused')
  const errors = failure.diagnostics.filter(({ severity }) => severity === 'error')
  logRefusal(
    deps,
    errors.map(({ code }) => code),
    'reload refused; the previous configuration stays in force',
  )
  return outcomeOf(deps, 'refused', failure)
}

function logBug(deps: Pick<ReloadDeps, 'logger' | 'service' | 'onResult'>): ReloadOutcome {
  deps.onResult?.('failed')
  logRefusal(
    deps,
    ['ERR_INTERNAL'],
    'reload failed, which is a bug in Warder; the previous configuration stays in force',
  )
  return outcomeOf(deps, 'failed')
}

function logRefusal(
  { logger, service }: Pick<ReloadDeps, 'logger' | 'service'>,
  errors: readonly string[],
  message: string,
): void {
  logger.error(
    { event: 'reload', result: 'refused', config: service.instance.config.digest, errors },
    message,
  )
}

function reportReload(
  { logger, report, onReplaced, onResult }: ReloadDeps,
  old: Instance,
  next: Instance,
): ReloadOutcome {
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
  const result = hasSameFiles(old, next) ? 'unchanged' : 'success'
  return { result, digest: config.digest, was, diagnostics: warnings, source: config.source }
}

/** The digest knows nothing of key files. */
const hasSameFiles = (old: Instance, next: Instance): boolean =>
  old.config.digest === next.config.digest &&
  old.fileHashes.size === next.fileHashes.size &&
  [...next.fileHashes].every(([file, hash]) => old.fileHashes.get(file) === hash)

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
