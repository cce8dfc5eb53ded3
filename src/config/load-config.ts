/** A configuration file → Settings, or everything that is wrong with it, at once. */
import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import type { Algorithm } from '../syntax/algorithms.ts'
import { err, ok, type Result } from '../result.ts'
import { crossCheck } from './cross-checks.ts'
import {
  byPosition,
  toDiagnostic,
  type Diagnostic,
  type SourcePosition,
  type SourceText,
} from './diagnostic.ts'
import { deepFreeze } from './deep-freeze.ts'
import type { DirectoryReader } from './extra-files.ts'
import { expandIssuers } from '../settings/issuer/tenants.ts'
import { expandPresets } from '../settings/issuer/expand-presets.ts'
import type { ConfigFormat, ForeignFormat, Translation } from './foreign-format.ts'
import {
  hashContent,
  interpolate,
  readBytes,
  type ConfigSurroundings,
  type Interpolated,
} from './interpolate.ts'
import { keyOrigins } from '../settings/keys/parts.ts'
import { originOf, valueAt } from '../json-pointer.ts'
import { locateIn } from './locate-problem.ts'
import { parseDocument } from './parse-document.ts'
import { quoted } from '../printable.ts'
import { readConfig } from '../settings/read/read-config.ts'
import type { LocatedProblem } from '../settings/problem.ts'
import { findSettingOrigin, type SettingOrigin } from './setting-origin.ts'
import { secretFilesOf, secretSettingsOf, type SecretFile } from './secret-files.ts'
import { fillSettings, isSecretAt, settingFiles, type Settings } from '../settings/definition.ts'
import type { SourceDocument } from './source-document.ts'
import type { StepPlaces } from './step-places.ts'

export interface LoadConfigDeps extends ConfigSurroundings, DirectoryReader {
  /** The algorithms that the runtime has. */
  readonly supportedAlgorithms: ReadonlySet<Algorithm>
  /** Formats of other systems that are recognised; none by default. */
  readonly foreignFormats?: readonly ForeignFormat[]
}

export interface LoadedConfig {
  /** Deeply frozen. */
  readonly settings: Settings
  /** Sorted by position. */
  readonly warnings: readonly Diagnostic[]
  readonly format: ConfigFormat
  /** Absolute paths to watch: the file itself, what it interpolates, and the files of its key sources. */
  readonly files: readonly string[]
  /** Directories to watch, with all that belongs to the configuration in them → hash of {@link readExtraFiles}. */
  readonly directories: ReadonlyMap<string, string>
  /** Content hashes of those files that were read here, as {@link watchFiles} compares them. */
  readonly fileHashes: ReadonlyMap<string, string>
  /** Files in which secrets of the configuration are written: the file itself, or what its `${file:…}` read. */
  readonly secretFiles: readonly SecretFile[]
  /** Seven hex digits that change with the file and everything it interpolates from files. */
  readonly digest: string
  readonly source: SourceText
  /** Where a value is written, by its JSON pointer in the file; else its nearest ancestor. */
  positionOf(pointer: string): SourcePosition
  /** Where a part of the settings is written: `issuers/0`, `routes/2`, `policies/NAME`, or keys below them. */
  positionOfSetting(path: string): SourcePosition
  /** Who said what a setting is, by the same paths. */
  originOfSetting(path: string): SettingOrigin
  /** Set if it was loaded in another thread: the only places that are known here. */
  readonly stepPlaces?: StepPlaces
}

/** Why a configuration cannot be used. */
export interface ConfigFailure {
  /** Errors, and warnings among them; sorted by position, never empty. */
  readonly diagnostics: readonly Diagnostic[]
  readonly source: SourceText
  /** What it was made of, as far as it is known: another content there may be what is missing. */
  readonly watched?: Pick<LoadedConfig, 'files' | 'fileHashes' | 'directories'>
}

/** @param file As the operator named it; messages name it the same way. */
export async function loadConfig(
  file: string,
  deps: LoadConfigDeps,
): Promise<Result<LoadedConfig, ConfigFailure>> {
  const bytes = await readBytes(resolve(file), deps)
  if (bytes.ok) return loadBytes(bytes.value, file, deps)
  const isMissing = bytes.error === 'does not exist'
  const code = isMissing ? 'ERR_CONFIG_FILE_MISSING' : 'ERR_CONFIG_FILE_UNREADABLE'
  const problem = toDiagnostic({ code, message: `the configuration file ${quoted(file)} ${bytes.error}` })
  return err({ diagnostics: [problem], source: { file, text: '', secretRanges: [] } })
}

/** The same for text that is at hand, such as a built-in example. `name` stands for the file. */
export const loadConfigText = (
  text: string,
  name: string,
  deps: LoadConfigDeps,
): Promise<Result<LoadedConfig, ConfigFailure>> => loadBytes(new TextEncoder().encode(text), name, deps)

async function loadBytes(
  bytes: Uint8Array,
  file: string,
  deps: LoadConfigDeps,
): Promise<Result<LoadedConfig, ConfigFailure>> {
  const parsed = parseDocument(bytes, file)
  if (!parsed.ok) return err({ ...parsed.error, diagnostics: [...parsed.error.diagnostics].sort(byPosition) })
  const document = parsed.value
  const foreign = deps.foreignFormats?.find((format) => format.detects(document.value))
  if (foreign?.allowsLooseComments !== true && document.looseComments.length > 0)
    return failure(document, document.looseComments)
  if (foreign !== undefined) {
    return loadForeign(foreign, document, bytes, deps)
  }
  const filled = await interpolate(document.value, resolve(file), deps, isSecretAt)
  const native = readNative(document, filled, deps)
  if (!native.ok) return failure(document, native.error, watchedOf(filled.files))
  const loaded = toLoaded(document, bytes, 'warder', native.value, filled.files)
  return ok({ ...loaded, secretFiles: secretFilesOf(document) })
}

async function loadForeign(
  foreign: ForeignFormat,
  main: SourceDocument,
  bytes: Uint8Array,
  deps: LoadConfigDeps,
): Promise<Result<LoadedConfig, ConfigFailure>> {
  const included = await foreign.include?.(main, deps)
  const { document = main, problems = [], fileHashes, directories } = included ?? {}
  const watched = watchedOf(fileHashes, directories)
  if (problems.some(({ severity }) => severity === 'error')) return failure(document, problems, watched)
  const translated = await foreign.translate(document, deps.supportedAlgorithms)
  if (!translated.ok) return failure(document, [...problems, ...translated.error], watched)
  const warnings = [...problems, ...translated.value.warnings]
  const loaded = toLoaded(document, bytes, foreign.format, { ...translated.value, warnings }, new Map())
  const hashes = new Map([...loaded.fileHashes, ...(fileHashes ?? [])])
  return ok({ ...loaded, ...(directories && { directories }), fileHashes: hashes, digest: digestOf(hashes) })
}

function readNative(
  document: SourceDocument,
  filled: Interpolated,
  deps: LoadConfigDeps,
): Result<Translation, readonly Diagnostic[]> {
  const presets = expandPresets(filled.value as Record<string, unknown>)
  const { parts, problems } = readConfig(presets.value)
  // What could not be filled in is not judged by what is written in its place.
  const unfilled = new Set([...filled.problems.map(({ pointer }) => pointer), ...presets.unfilled])
  const judged = [...presets.problems, ...problems, ...crossCheck(parts, deps.supportedAlgorithms)].filter(
    ({ pointer, atKey, problem }) =>
      (atKey === true || !unfilled.has(pointer)) &&
      // What a preset says is known to be elsewhere.
      !(problem.code === 'WARN_CONFIG_JWKS_ELSEWHERE' && presets.origins.has(pointer)),
  )
  const diagnostics = [...filled.problems, ...judged].map((found) => locate(document, presets.value, found))
  if (parts.whole === undefined || diagnostics.some(({ severity }) => severity === 'error'))
    return err(diagnostics)
  const directory = dirname(resolve(document.file))
  const settings = fillSettings(parts.whole, { supportedAlgorithms: deps.supportedAlgorithms, directory })
  const origins = expandIssuers(parts.issuers).flatMap(({ pointer, issuer }, i) => [
    [`issuers/${i}`, pointer] as const,
    ...keyOrigins(issuer).map(([path, at]) => [`issuers/${i}${path}`, `${pointer}${at}`] as const),
  ])
  return ok({ settings, warnings: diagnostics, origins: new Map(origins), presets: presets.origins })
}

function locate(document: SourceDocument, filledIn: unknown, found: LocatedProblem): Diagnostic {
  const { pointer, problem } = found
  // What came from the environment or a file may be a secret in the wrong place: show what is written instead.
  const written = valueAt(document.value, pointer)
  const used = valueAt(filledIn, pointer)
  if (typeof written !== 'string' || typeof used !== 'string') return locateIn(document)(found)
  const message = problem.message.replaceAll(quoted(used), quoted(written))
  return locateIn(document)({ ...found, problem: { ...problem, message } })
}

const failure = (
  source: SourceText,
  diagnostics: readonly Diagnostic[],
  watched?: ConfigFailure['watched'],
): Result<never, ConfigFailure> =>
  err({ diagnostics: [...diagnostics].sort(mainFirst(source)), source, ...(watched && { watched }) })

const watchedOf = (
  fileHashes: ReadonlyMap<string, string> = new Map(),
  directories: ReadonlyMap<string, string> = new Map(),
): ConfigFailure['watched'] => ({ files: [], fileHashes, directories })

/** Other files that belong to it come behind. */
const mainFirst =
  ({ file }: SourceText) =>
  (a: Diagnostic, b: Diagnostic): number =>
    Number(isElsewhere(a, file)) - Number(isElsewhere(b, file)) || byPosition(a, b)

const isElsewhere = ({ position }: Diagnostic, file: string): boolean =>
  position !== undefined && position.file !== file

/** A translation as a loaded configuration. */
export function toLoaded(
  document: SourceDocument,
  bytes: Uint8Array,
  format: ConfigFormat,
  { settings, warnings, origins, presets = new Map() }: Translation,
  interpolatedFiles: ReadonlyMap<string, string>,
): LoadedConfig {
  const file = resolve(document.file)
  const fileHashes = new Map([[file, hashContent(bytes)], ...interpolatedFiles])
  const pointerOf = (path: string): string => originOf(`/${path}`, origins) ?? `/${path}`
  const positionOfSetting = (path: string): SourcePosition => document.positionOf(pointerOf(path))
  return {
    settings: deepFreeze(settings),
    warnings: [...warnings].sort(mainFirst(document)),
    format,
    files: [...new Set([...fileHashes.keys(), ...settingFiles(settings)])],
    fileHashes,
    directories: new Map(),
    secretFiles: secretSettingsOf(settings).map((path) => ({
      file: resolve(document.fileAt?.(pointerOf(path)) ?? document.file),
      position: () => positionOfSetting(path),
    })),
    digest: digestOf(fileHashes),
    source: document,
    positionOf: (pointer) => document.positionOf(pointer),
    positionOfSetting,
    originOfSetting: (path) => findSettingOrigin(pointerOf(path), document, presets),
  }
}

const digestOf = (fileHashes: ReadonlyMap<string, string>): string =>
  createHash('sha256')
    .update([...fileHashes.values()].join('\n'))
    .digest('hex')
    .slice(0, 7)
