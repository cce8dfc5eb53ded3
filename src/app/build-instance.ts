/** From settings to a guard with running key sources: all of it, or a diagnostic for what is wrong. */
import { toDiagnostic, type Diagnostic } from '../config/diagnostic.ts'
import { hashContent } from '../config/interpolate.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { certificateWarnings } from '../config/start-checks/certificates.ts'
import { reachFileWarnings, refusedKeyWarnings } from '../config/start-checks/keys.ts'
import { readableSecretWarnings } from '../config/start-checks/readable-secrets.ts'
import { shadowedRouteWarnings, signInWarnings } from '../config/start-checks/routes.ts'
import { snapshotWarnings } from '../config/start-checks/snapshots.ts'
import { readUsersFiles, type UsersFiles } from '../config/start-checks/users-files.ts'
import { createDecide, type Decide } from '../decision/decide.ts'
import { findRoute } from '../decision/find-route.ts'
import { compileGuard, compileGuardSliced, type Guard, type GuardInput } from '../decision/guard.ts'
import { WarderError } from '../errors.ts'
import type { KeyDeps } from '../keys/key-deps.ts'
import { findShadowedRoutes } from '../policy/lint-routes.ts'
import { err, ok, type Result } from '../result.ts'
import { finishInSlices, finishNow, type Rest, type Sliced } from '../slices.ts'
import { createSubjectNaming } from '../observe/subjects.ts'
import { identityKeyOf } from './identity-key.ts'
import { readTlsFiles, type TlsFiles } from './tls-files.ts'
import { openKeySources, type Attempt, type OpenedKeys } from './keys/key-sources.ts'
import { inspectSnapshot } from './keys/snapshot-files.ts'
import { newId } from './system.ts'

/** A configuration as a process serves it. */
export interface ServingInstance extends TlsFiles {
  /** A worker does not know the format. */
  readonly config: Pick<LoadedConfig, 'settings' | 'digest'> & Partial<Pick<LoadedConfig, 'format'>>
  readonly guard: Guard
  readonly decide: Decide
  /** The users that a route lets in, including those of its file. */
  readonly usersOf: UsersFiles['usersOf']
  /** Stops the key sources, except those that a later instance has taken over. */
  close(keep?: ServingInstance): void
}

/** A configuration in working order. */
export interface Instance extends ServingInstance {
  readonly config: LoadedConfig
  /** The configuration's warnings and those that only show when it is compiled. */
  readonly warnings: readonly Diagnostic[]
  /** Content hashes of all files it was made of, key files too, as `watchFiles` compares them. */
  readonly fileHashes: ReadonlyMap<string, string>
  /** Resolves when every key source has ended its first load, well or badly. */
  readonly started: Promise<void>
  /** Resolves when listeners may open: at once, unless an issuer says `startup: wait`. */
  readonly ready: Promise<void>
  /** The content of the files that the gateway needs, by absolute path. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

export interface BuildDeps extends KeyDeps {
  /** Whose remote key sources are taken over if their settings are the same, so that a reload forgets no keys. */
  readonly previous?: Instance | undefined
}

/** Why no instance was built. */
export interface BuildFailure {
  readonly diagnostics: readonly Diagnostic[]
  /** As in {@link Instance}, without the files that could not be read. */
  readonly fileHashes: ReadonlyMap<string, string>
}

/** Builds an instance. On an error nothing is left running. */
export function buildInstance(config: LoadedConfig, deps: BuildDeps): Result<Instance, BuildFailure> {
  const opened = finishNow(openParts(config, deps))
  if (!opened.ok) return opened
  const guard = compileGuard(opened.value.guardInput)
  return ok(toInstance(opened.value, guard, deps, checkStart(opened.value, guard, deps)))
}

/**
 * The same while a service decides: in slices, of a configuration that was checked elsewhere.
 *
 * @param warnings What {@link buildInstance} would find.
 */
export async function buildInSlices(
  config: LoadedConfig,
  warnings: readonly Diagnostic[],
  deps: BuildDeps,
  rest: Rest,
): Promise<Result<Instance, BuildFailure>> {
  const opened = await finishInSlices(openParts(config, deps), rest)
  if (!opened.ok) return opened
  const guard = await finishInSlices(compileGuardSliced(opened.value.guardInput), rest)
  return ok(toInstance(opened.value, guard, deps, warnings))
}

/** What is opened and read before the guard is compiled. */
interface OpenedParts extends Pick<Instance, 'config' | 'fileHashes' | 'files'> {
  readonly guardInput: GuardInput
  readonly tlsFiles: TlsFiles
  readonly users: UsersFiles
  readonly close: OpenedKeys['close']
}

function* openParts(config: LoadedConfig, deps: BuildDeps): Sliced<Result<OpenedParts, BuildFailure>> {
  const problems: Diagnostic[] = []
  const attempt = reportingTo(problems, config)
  const fileHashes = new Map(config.fileHashes)
  const readFileSync = rememberHashes(deps.readFileSync, fileHashes)
  const { settings } = config
  const previous = deps.previous?.guard.issuers ?? []
  const keyDeps = { ...deps, readFileSync }
  const { issuers, close } = yield* openKeySources(settings.issuers, keyDeps, previous, attempt)
  const files = new Map<string, Uint8Array>()
  const readGatewayFile = remember(readFileSync, files)
  const tlsFiles = readTlsFiles(settings, readGatewayFile, attempt)
  yield
  const users = readUsersFiles(config, readGatewayFile)
  problems.push(...users.diagnostics.filter(isError))
  if (problems.length > 0) {
    close(previous)
    return err({ diagnostics: problems, fileHashes })
  }
  const subjects = createSubjectNaming(settings.log, identityKeyOf(settings.log))
  const guardInput = { ...settings, ...settings.limits, issuers, subjects }
  return ok({ config, guardInput, tlsFiles, users, fileHashes, files, close })
}

/** Warnings of the configuration, and those that only show when it is compiled. */
const checkStart = (
  { config, guardInput: { issuers }, tlsFiles, users }: OpenedParts,
  guard: Guard,
  deps: BuildDeps,
): readonly Diagnostic[] => [
  ...config.warnings,
  ...routeWarnings(guard, config),
  ...reachFileWarnings(config, deps.readFileSync),
  ...refusedKeyWarnings(issuers, config),
  ...snapshotWarnings(config, inspectSnapshot),
  ...certificateWarnings(config, tlsFiles.certificates),
  ...readableSecretWarnings(config),
  ...users.diagnostics.filter((diagnostic) => !isError(diagnostic)),
]

const isError = ({ severity }: Diagnostic): boolean => severity === 'error'

function toInstance(
  { guardInput: { issuers }, tlsFiles, users, close, ...parts }: OpenedParts,
  guard: Guard,
  deps: BuildDeps,
  warnings: readonly Diagnostic[],
): Instance {
  return {
    ...parts,
    guard,
    ...tlsFiles,
    usersOf: users.usersOf,
    decide: createDecide(guard, { nowMs: deps.nowMs, newId }),
    warnings,
    started: Promise.all(issuers.map(({ keys }) => keys.started)).then(() => undefined),
    ready: Promise.all(issuers.map(({ keys }) => keys.ready)).then(() => undefined),
    close: (keep) => close(keep?.guard.issuers),
  }
}

/** A mistake of the operator becomes a diagnostic, so that all of them are reported at once. */
const reportingTo =
  (problems: Diagnostic[], config: LoadedConfig): Attempt =>
  (setting, run) => {
    try {
      return run()
    } catch (fault) {
      if (!(fault instanceof WarderError)) throw fault
      problems.push(toDiagnostic(fault, undefined, config.positionOfSetting(setting)))
      return undefined
    }
  }

/** The content that was really read: a key file that is replaced a moment later has changed, and its old key must go. */
function rememberHashes(
  readFileSync: KeyDeps['readFileSync'],
  hashes: Map<string, string>,
): KeyDeps['readFileSync'] {
  return (path) => {
    const bytes = readFileSync(path)
    hashes.set(path, hashContent(bytes))
    return bytes
  }
}

function remember(
  readFileSync: KeyDeps['readFileSync'],
  files: Map<string, Uint8Array>,
): KeyDeps['readFileSync'] {
  return (path) => {
    const bytes = readFileSync(path)
    files.set(path, bytes)
    return bytes
  }
}

const routeWarnings = ({ routes }: Guard, config: LoadedConfig): readonly Diagnostic[] =>
  routes === undefined
    ? []
    : [
        ...shadowedRouteWarnings(findShadowedRoutes(routes), config),
        ...signInWarnings(routes, findRoute, config),
      ]
