/** From settings to a guard with running key sources: all of it, or a diagnostic for what is wrong. */
import { hashContent } from '../config/interpolate.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { authCaFiles } from '../config/forward-auth-values.ts'
import type { Diagnostic } from '../config/diagnostic.ts'
import { createDecide, type Decide } from '../decision/decide.ts'
import { compileGuard, type Guard } from '../decision/guard.ts'
import { WarderError } from '../errors.ts'
import type { IssuerSettings } from '../settings/issuer/definition.ts'
import { compileIssuer, type Issuer } from '../jwt/issuer.ts'
import { createCombinedSource } from '../keys/sources/combined-source.ts'
import { createKeySource } from '../keys/sources/create-key-source.ts'
import { assertNotCrowded } from '../keys/sources/crowded-keys.ts'
import type { KeyDeps } from '../keys/key-deps.ts'
import type { OneKeySource } from '../settings/keys/definition.ts'
import { sourcesOf } from '../keys/sources-of.ts'
import { partsOf, type KeySource } from '../keys/key-source.ts'
import {
  loadCertificates,
  loadServerTrust,
  type Certificates,
  type ServerTrust,
} from '../gateway/sockets/certificates.ts'
import { findShadowedRoutes } from '../policy/lint-routes.ts'
import { err, ok, type Result } from '../result.ts'
import { certificateWarnings } from '../config/start-checks/certificates.ts'
import { fileWarnings, refusedKeyWarnings } from '../config/start-checks/keys.ts'
import { readableSecretWarnings } from '../config/start-checks/readable-secrets.ts'
import { signInWarnings } from '../config/start-checks/sign-in.ts'
import { snapshotWarnings } from '../config/start-checks/snapshots.ts'
import { newId } from './system.ts'
import { readUsersFiles, type UsersFiles } from '../config/start-checks/users-files.ts'

/** A configuration in working order. */
export interface Instance {
  readonly config: LoadedConfig
  readonly guard: Guard
  readonly decide: Decide
  /** Of the gateway's listeners, in their order; undefined where one speaks plain HTTP. */
  readonly certificates: readonly (Certificates | undefined)[]
  /** How the gateway knows its `https://` servers, by name of the upstream. */
  readonly serverTrust: ReadonlyMap<string, ServerTrust>
  /** Of auth services, by the file of their authorities. */
  readonly authTrust: ReadonlyMap<string, ServerTrust>
  /** The users that a route lets in, those of its file among them. */
  readonly usersOf: UsersFiles['usersOf']
  /** The configuration's warnings and those that only show when it is compiled. */
  readonly warnings: readonly Diagnostic[]
  /** Content hashes of all files it was made of, key files too, as `watchFiles` compares them. */
  readonly fileHashes: ReadonlyMap<string, string>
  /** Resolves when every key source has ended its first load, well or badly. */
  readonly started: Promise<void>
  /** Resolves when listeners may open: at once, unless an issuer says `startup: wait`. */
  readonly ready: Promise<void>
  /** Stops the key sources, except those that a later instance has taken over. */
  close(keep?: Instance): void
}

export interface BuildDeps extends KeyDeps {
  /** Whose remote key sources are taken over where their settings are the same, so that a reload forgets no keys. */
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
  const { settings } = config
  const issuers: Issuer[] = []
  const problems: Diagnostic[] = []
  const opened = new Set<KeySource>()
  const fileHashes = new Map(config.fileHashes)
  const keyDeps = { ...deps, readFileSync: rememberHashes(deps.readFileSync, fileHashes) }
  const running = runningSources(deps.previous)
  for (const [index, issuer] of settings.issuers.entries()) {
    let place = `issuers/${index}/keys`
    try {
      const parts = sourcesOf(issuer.keys).map((one, part) => {
        place = `issuers/${index}/keys${issuer.keys.kind === 'several' ? `/${part}` : ''}`
        const id = remoteId(one, issuer.algorithms)
        const source = running.get(id ?? '') ?? createKeySource(one, issuer.algorithms, keyDeps)
        opened.add(source)
        // Issuers with one key set, such as the tenants of a template, fetch it once.
        if (id !== undefined) running.set(id, source)
        return source
      })
      place = `issuers/${index}/keys`
      assertNotCrowded(parts)
      const [first] = parts
      const keys = first === undefined || parts.length > 1 ? createCombinedSource(parts) : first
      issuers.push(compileIssuer(issuer, keys))
    } catch (fault) {
      problems.push(keyProblem(fault, config, place))
    }
  }
  const certificates: (Certificates | undefined)[] = []
  let serverTrust: ReadonlyMap<string, ServerTrust> = new Map()
  let authTrust: ReadonlyMap<string, ServerTrust> = new Map()
  const { gateway } = settings.listen
  for (const [i, { tls }] of gateway.entries()) {
    try {
      certificates.push(tls === undefined ? undefined : loadCertificates(tls, keyDeps.readFileSync))
    } catch (fault) {
      problems.push(
        keyProblem(fault, config, gateway.length === 1 ? 'listen/gateway/tls' : `listen/gateway/${i}/tls`),
      )
    }
  }
  try {
    serverTrust = loadServerTrust(settings.upstreams, keyDeps.readFileSync)
  } catch (fault) {
    problems.push(keyProblem(fault, config, 'upstreams'))
  }
  try {
    const authorities = authCaFiles(settings.routes).map((caFile) => ({ name: caFile, caFile }))
    authTrust = loadServerTrust(authorities, keyDeps.readFileSync)
  } catch (fault) {
    problems.push(keyProblem(fault, config, 'routes'))
  }
  const users = readUsersFiles(config, keyDeps.readFileSync)
  const [usersErrors, usersWarnings] = bySeverity(users.diagnostics)
  problems.push(...usersErrors)
  if (problems.length > 0) {
    closeSources(opened, deps.previous)
    return err({ diagnostics: problems, fileHashes })
  }
  const guard = compileGuard({ ...settings, issuers })
  return ok({
    config,
    guard,
    certificates,
    serverTrust,
    authTrust,
    usersOf: users.usersOf,
    decide: createDecide(guard, { nowMs: deps.nowMs, newId }),
    warnings: [
      ...config.warnings,
      ...shadowWarnings(guard, config),
      ...signInWarnings(guard, config),
      ...fileWarnings(config, deps),
      ...refusedKeyWarnings(issuers, config),
      ...snapshotWarnings(config),
      ...certificateWarnings(config, certificates),
      ...readableSecretWarnings(config),
      ...usersWarnings,
    ],
    fileHashes,
    started: Promise.all(issuers.map((issuer) => issuer.keys.started)).then(() => undefined),
    ready: Promise.all(issuers.map((issuer) => issuer.keys.ready)).then(() => undefined),
    close: (keep) => closeSources(opened, keep),
  })
}

const bySeverity = (
  diagnostics: readonly Diagnostic[],
): readonly [errors: readonly Diagnostic[], warnings: readonly Diagnostic[]] => [
  diagnostics.filter(({ severity }) => severity === 'error'),
  diagnostics.filter(({ severity }) => severity === 'warning'),
]

/** What was really read: a key file that is replaced a moment later has changed, and its old key must go. */
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

/** What makes two remote key sources the same one; undefined for local keys. */
const remoteId = (keys: OneKeySource, algorithms: IssuerSettings['algorithms']): string | undefined =>
  keys.kind === 'jwks_url' || keys.kind === 'discovery' ? JSON.stringify([keys, algorithms]) : undefined

function runningSources(previous: Instance | undefined): Map<string, KeySource> {
  const sources = new Map<string, KeySource>()
  for (const { settings, keys } of previous?.guard.issuers ?? []) {
    const parts = partsOf(keys)
    for (const [index, one] of sourcesOf(settings.keys).entries()) {
      const id = remoteId(one, settings.algorithms)
      const source = parts[index]
      if (id !== undefined && source !== undefined) sources.set(id, source)
    }
  }
  return sources
}

function closeSources(opened: ReadonlySet<KeySource>, keep: Instance | undefined): void {
  const kept = new Set(keep?.guard.issuers.flatMap((issuer) => partsOf(issuer.keys)))
  for (const source of opened) if (!kept.has(source)) source.close()
}

function keyProblem(fault: unknown, config: LoadedConfig, setting: string): Diagnostic {
  if (!(fault instanceof WarderError)) throw fault
  const position = config.positionOfSetting(setting)
  return {
    code: fault.code,
    severity: 'error',
    message: fault.message,
    ...(position === undefined ? {} : { position }),
    hints: fault.hints,
  }
}

function shadowWarnings(guard: Guard, config: LoadedConfig): readonly Diagnostic[] {
  if (guard.routes === undefined) return []
  return findShadowedRoutes(guard.routes).map(({ route, by, byCaseAlone }): Diagnostic => {
    const position = config.positionOfSetting(`routes/${route.order}`)
    const other = config.positionOfSetting(`routes/${by.order}`)
    const place = other.file === position.file ? `line ${other.line}` : `${other.file}:${other.line}`
    if (byCaseAlone)
      return {
        code: 'WARN_POLICY_ROUTE_LETTER_CASE',
        severity: 'warning',
        message: `route "${route.name}" denies every request`,
        position,
        hints: [
          `"${by.name}" (${place}) comes first, and has the same path in another letter case`,
          `if the application distinguishes letter case, set case_sensitive: true on "${by.name}"`,
        ],
      }
    return {
      code: 'WARN_POLICY_ROUTE_UNREACHABLE',
      severity: 'warning',
      message: `route "${route.name}" can never match`,
      position,
      hints: [
        `"${by.name}" (${place}) matches every request that it would match, and comes first`,
        `first match wins; move "${route.name}" above it`,
      ],
    }
  })
}
