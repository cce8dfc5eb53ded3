/** From settings to a guard with running key sources: all of it, or a diagnostic for what is wrong. */
import type { LoadedConfig } from '../config/load-config.ts'
import { authCaFiles } from '../config/forward-auth-values.ts'
import type { Diagnostic } from '../config/diagnostic.ts'
import { createDecide, type Decide } from '../decision/decide.ts'
import { compileGuard, type Guard } from '../decision/guard.ts'
import { WarderError } from '../errors.ts'
import type { IssuerSettings } from '../jwt/issuer-settings.ts'
import { compileIssuer, type Issuer } from '../jwt/issuer.ts'
import { createKeySource } from '../keys/create-key-source.ts'
import type { KeyDeps } from '../keys/key-deps.ts'
import type { KeySource } from '../keys/key-source.ts'
import {
  loadCertificates,
  loadServerTrust,
  type Certificates,
  type ServerTrust,
} from '../gateway/certificates.ts'
import { findShadowedRoutes } from '../policy/lint-routes.ts'
import { err, ok, type Result } from '../result.ts'
import { newId } from './system.ts'

/** A configuration in working order. */
export interface Instance {
  readonly config: LoadedConfig
  readonly guard: Guard
  readonly decide: Decide
  /** Of the gateway; undefined where it speaks plain HTTP. */
  readonly certificates: Certificates | undefined
  /** How the gateway knows its `https://` servers, by name of the upstream. */
  readonly serverTrust: ReadonlyMap<string, ServerTrust>
  /** Of auth services, by the file of their authorities. */
  readonly authTrust: ReadonlyMap<string, ServerTrust>
  /** The configuration's warnings and those that only show when it is compiled. */
  readonly warnings: readonly Diagnostic[]
  /** Resolves when every key source has ended its first load, well or badly. */
  readonly started: Promise<void>
  /** Stops the key sources, except those that a later instance has taken over. */
  close(keep?: Instance): void
}

export interface BuildDeps extends KeyDeps {
  /** Whose remote key sources are taken over where their settings are the same, so that a reload forgets no keys. */
  readonly previous?: Instance | undefined
}

/** Builds an instance. On an error nothing is left running. */
export function buildInstance(
  config: LoadedConfig,
  deps: BuildDeps,
): Result<Instance, readonly Diagnostic[]> {
  const { settings } = config
  const issuers: Issuer[] = []
  const problems: Diagnostic[] = []
  for (const [index, issuer] of settings.issuers.entries()) {
    try {
      issuers.push(
        compileIssuer(
          issuer,
          takeOver(issuer, deps.previous) ?? createKeySource(issuer.keys, issuer.algorithms, deps),
        ),
      )
    } catch (fault) {
      problems.push(keyProblem(fault, config, `issuers/${index}`))
    }
  }
  let certificates: Certificates | undefined
  let serverTrust: ReadonlyMap<string, ServerTrust> = new Map()
  let authTrust: ReadonlyMap<string, ServerTrust> = new Map()
  try {
    const { gateway } = settings.listen
    certificates = gateway?.tls === undefined ? undefined : loadCertificates(gateway.tls)
  } catch (fault) {
    problems.push(keyProblem(fault, config, 'listen/gateway/tls'))
  }
  try {
    serverTrust = loadServerTrust(settings.upstreams)
  } catch (fault) {
    problems.push(keyProblem(fault, config, 'upstreams'))
  }
  try {
    authTrust = loadServerTrust(authCaFiles(settings.routes).map((caFile) => ({ name: caFile, caFile })))
  } catch (fault) {
    problems.push(keyProblem(fault, config, 'routes'))
  }
  if (problems.length > 0) {
    closeSources(issuers, deps.previous)
    return err(problems)
  }
  const guard = compileGuard({ ...settings, issuers })
  return ok({
    config,
    guard,
    certificates,
    serverTrust,
    authTrust,
    decide: createDecide(guard, { nowMs: deps.nowMs, newId }),
    warnings: [...config.warnings, ...shadowWarnings(guard, config)],
    started: Promise.all(issuers.map((issuer) => issuer.keys.started)).then(() => undefined),
    close: (keep) => closeSources(issuers, keep),
  })
}

function takeOver(issuer: IssuerSettings, previous: Instance | undefined): KeySource | undefined {
  const { kind } = issuer.keys
  if (kind !== 'jwks_url' && kind !== 'discovery') return undefined
  const sourceOf = (settings: IssuerSettings): string => JSON.stringify([settings.keys, settings.algorithms])
  return previous?.guard.issuers.find((old) => sourceOf(old.settings) === sourceOf(issuer))?.keys
}

function closeSources(issuers: readonly Issuer[], keep: Instance | undefined): void {
  const kept = new Set(keep?.guard.issuers.map((issuer) => issuer.keys))
  for (const { keys } of issuers) if (!kept.has(keys)) keys.close()
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
  return findShadowedRoutes(guard.routes).map(({ route, by }) => {
    const position = config.positionOfSetting(`routes/${route.order}`)
    const line = config.positionOfSetting(`routes/${by.order}`)?.line
    return {
      code: 'WARN_POLICY_ROUTE_UNREACHABLE',
      severity: 'warning',
      message: `route "${route.name}" can never match`,
      ...(position === undefined ? {} : { position }),
      hints: [
        `"${by.name}"${line === undefined ? '' : ` (line ${line})`} matches every request that it would match, and comes first`,
        `first match wins; move "${route.name}" above it`,
      ],
    }
  })
}
