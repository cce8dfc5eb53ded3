/** A checked configuration on its way from the thread that has loaded it. */
import type { Diagnostic, SourceText } from '../../config/diagnostic.ts'
import type { ConfigFailure, LoadedConfig } from '../../config/load-config.ts'
import type { Instance } from '../build-instance.ts'

/** What is known about a configuration beside its settings. */
export interface CheckedFacts extends Pick<
  LoadedConfig,
  'format' | 'files' | 'directories' | 'fileHashes' | 'digest'
> {
  readonly warnings: readonly Diagnostic[]
  /** What the warnings point into; empty if there are none. */
  readonly source: SourceText
}

/** Answers of the thread, each to one question. */
export type FromThread =
  | { readonly kind: 'refused'; readonly failure: ConfigFailure }
  /** A bug in loading. */
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'facts'; readonly facts: CheckedFacts }
  /** A setting, or some more items of a list of the settings. */
  | { readonly kind: 'setting'; readonly word: string; readonly value: unknown }
  | { readonly kind: 'items'; readonly word: string; readonly items: readonly unknown[] }
  | { readonly kind: 'end' }

/** The file to load, or that the next part can be taken. */
export type ToThread = { readonly file: string } | 'next'

/** Items of a list in one message: taking them, a fraction of a millisecond, holds up decisions. */
const MAX_ITEMS = 200

/** An instance that was checked, in parts. */
export function* messagesOf({ config, warnings, fileHashes }: Instance): Generator<FromThread, void> {
  const { format, files, directories, digest, source } = config
  const shown = warnings.length > 0 ? plainSource(source) : { file: source.file, text: '', secretRanges: [] }
  yield {
    kind: 'facts',
    facts: { format, files, directories, fileHashes, digest, warnings, source: shown },
  }
  for (const [word, value] of Object.entries(config.settings)) {
    if (!Array.isArray(value)) yield { kind: 'setting', word, value }
    // Also of an empty list.
    else
      for (let at = 0; at === 0 || at < value.length; at += MAX_ITEMS)
        yield { kind: 'items', word, items: value.slice(at, at + MAX_ITEMS) as readonly unknown[] }
  }
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
