/** Replacing the configuration of a running service: whole, or not at all. */
import type { ConfigFailure } from '../config/load-config.ts'
import type { Settings } from '../settings/definition.ts'
import type { Logger } from '../observe/logger.ts'
import type { Result } from '../result.ts'
import type { Instance } from './build-instance.ts'
import type { WatchedFiles } from '../config/watched-files.ts'
import { droppedParts, listenersThatNeedRestart } from '../config/reload-checks.ts'
import type { Service } from './service.ts'

/** How long a reload waits for the keys of new sources, in milliseconds; the old configuration answers meanwhile. */
const KEYS_WAIT_MS = 5_000

/** Why a configuration is loaded again. */
export type ReloadCause =
  /** Somebody requested it. */
  | { readonly kind: 'signal' }
  /** A file has changed. */
  | { readonly kind: 'watch'; readonly isQuiet: (loaded: WatchedFiles) => boolean }

export interface ReloadDeps {
  readonly service: Service
  readonly load: (previous: Instance) => Promise<Result<Instance, ConfigFailure>>
  readonly logger: Logger
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
  void deps.stopping.then(() => {
    hasStop = true
  })
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

async function reloadOnce(
  { service, load, logger, report, sleep, stopping }: ReloadDeps,
  cause: ReloadCause,
  isStopping: () => boolean,
): Promise<void> {
  const old = service.instance
  const before = old.config.digest
  const next = await loadSafely(load, old)
  if (next === undefined) {
    logger.error(
      { event: 'reload', result: 'refused', config: before, errors: ['ERR_INTERNAL'] },
      'reload failed, which is a bug in Warder; still running the old configuration',
    )
    return
  }
  const refuse = (failure: ConfigFailure): void => {
    report(failure)
    const errors = failure.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')
    logger.error(
      { event: 'reload', result: 'refused', config: before, errors: errors.map(({ code }) => code) },
      'reload refused; still running the old configuration',
    )
  }
  if (!next.ok) return refuse(next.error)
  // The files are being written again: what was read may be incomplete.
  if (cause.kind === 'watch' && !cause.isQuiet(watchedFiles(next.value))) return next.value.close(old)
  const diagnostics = [
    ...listenersThatNeedRestart(old.config.settings, next.value.config),
    ...(cause.kind === 'watch' ? droppedParts(old.config.settings, next.value.config) : []),
  ]
  if (diagnostics.length > 0) {
    next.value.close(old)
    return refuse({ diagnostics, source: next.value.config.source, watched: watchedFiles(next.value) })
  }
  await Promise.race([next.value.started, sleep(KEYS_WAIT_MS), stopping])
  // Its keys may be hanging, and would keep the process.
  if (isStopping()) return next.value.close(old)
  service.swap(next.value)
  // The service has stopped meanwhile.
  if (service.instance !== next.value) return
  const { config, warnings } = next.value
  const { digest, settings, source } = config
  if (warnings.length > 0) report({ diagnostics: warnings, source })
  const relaxations = warnings.map(({ code }) => code)
  logger.info(
    { event: 'reload', result: 'success', config: digest, was: before, relaxations },
    'configuration reloaded',
  )
  if (boundTo(settings) !== boundTo(old.config.settings)) {
    logger.warn({ event: 'reload', config: digest }, '`listen` has changed; restart to listen there')
  }
}

/** Everything that a running configuration was made of. */
export const watchedFiles = ({ config, fileHashes }: Instance): WatchedFiles => ({
  files: config.files,
  directories: config.directories,
  fileHashes,
})

/** Undefined if loading throws: a bug in it must not end the service, whose old configuration is good. */
async function loadSafely(
  load: ReloadDeps['load'],
  previous: Instance,
): Promise<Result<Instance, ConfigFailure> | undefined> {
  try {
    return await load(previous)
  } catch {
    return undefined
  }
}

/** What only a restart can change; the gateway's other options are read with each configuration. */
function boundTo({ listen }: Settings): string {
  const { decisions, admin, gateway } = listen
  const bound = gateway.map(({ address, tls }) => [
    address,
    tls !== undefined,
    tls?.clientCaFile !== undefined,
  ])
  return JSON.stringify([decisions, admin, bound])
}
