/** A checked configuration on its way from the thread that has loaded it. */
import type { Diagnostic, SourceText } from '../../config/diagnostic.ts'
import { originsOf, type Origins } from '../../config/list-origins.ts'
import type { ConfigFailure, LoadedConfig } from '../../config/load-config.ts'
import { stepPlacesOf, type StepPlaces } from '../../config/step-places.ts'
import type { Instance } from '../build-instance.ts'
import { settingsParts, type SettingsPart } from '../settings-parts.ts'

/** What is known about a configuration beside its settings. */
export interface CheckedFacts extends Pick<
  LoadedConfig,
  'format' | 'files' | 'directories' | 'fileHashes' | 'digest'
> {
  readonly warnings: readonly Diagnostic[]
  readonly stepPlaces: StepPlaces
  /** Who said what each setting is; empty if there are too many. */
  readonly origins: Origins
  /** What the warnings point into; empty if there are none. */
  readonly source: SourceText
}

/** Answers of the thread, each to one question. */
export type FromThread =
  | { readonly kind: 'refused'; readonly failure: ConfigFailure }
  /** A bug in loading. */
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'facts'; readonly facts: CheckedFacts }
  | { readonly kind: 'part'; readonly part: SettingsPart }
  | { readonly kind: 'end' }

/** The file to load, or that the next part can be taken. */
export type ToThread = { readonly file: string } | 'next'

/** An instance that was checked, in parts. */
export function* messagesOf({ config, warnings, fileHashes }: Instance): Generator<FromThread, void> {
  const { format, files, directories, digest, source } = config
  const shown = warnings.length > 0 ? plainSource(source) : { file: source.file, text: '', secretRanges: [] }
  yield {
    kind: 'facts',
    facts: {
      format,
      files,
      directories,
      fileHashes,
      digest,
      warnings,
      source: shown,
      stepPlaces: stepPlacesOf(config),
      origins: originsOf(config),
    },
  }
  for (const part of settingsParts(config.settings)) yield { kind: 'part', part }
  yield { kind: 'end' }
}

/** A failure as data: the secrets of a source, and those of its other files, are looked for when they are asked for. */
export const plainFailure = ({ diagnostics, source, watched }: ConfigFailure): ConfigFailure => ({
  diagnostics,
  source: plainSource(source),
  ...(watched && {
    watched: { files: watched.files, directories: watched.directories, fileHashes: watched.fileHashes },
  }),
})

const plainSource = ({ file, text, secretRanges, included }: SourceText): SourceText => ({
  file,
  text,
  secretRanges,
  ...(included && { included: included.map(plainSource) }),
})
