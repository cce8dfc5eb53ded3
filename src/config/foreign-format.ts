/** How a configuration format of another system is plugged into the loader. The formats themselves are in compat/. */
import type { Algorithm } from '../syntax/algorithms.ts'
import type { Result } from '../result.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { DirectoryReader } from './extra-files.ts'
import type { Settings } from '../settings/definition.ts'
import type { SourceDocument } from './source-document.ts'

/** Every format that a configuration may be in. */
export type ConfigFormat = 'warder' | 'jwtauthrequest' | 'goma'

/** Another format, translated. */
export interface Translation {
  readonly settings: Settings
  readonly warnings: readonly Diagnostic[]
  /** Parts of the settings → where they come from: `issuers/0` → `/clients/0`. */
  readonly origins: ReadonlyMap<string, string>
  /** What presets have filled in: pointer → name of the preset. */
  readonly presets?: ReadonlyMap<string, string>
}

/** A configuration that is refused, as far as it could be translated. */
export interface PartTranslation extends Translation {
  /** Why the rest could not be, where it is written. */
  readonly missing: readonly Diagnostic[]
}

/** A document with what its other files add to it. */
export interface Included {
  readonly document: SourceDocument
  /** With an error among them, the configuration is not used. */
  readonly problems: readonly Diagnostic[]
  /** Content hashes of the files, by absolute path. */
  readonly fileHashes: ReadonlyMap<string, string>
  /** Directories to watch: absolute path → the hash of {@link readExtraFiles}, empty where there is none. */
  readonly directories: ReadonlyMap<string, string>
}

/** Detected at once; its schema and its code are loaded when they are needed, because they take a tenth of the start. */
export interface ForeignFormat {
  readonly format: Exclude<ConfigFormat, 'warder'>
  /** Whether a document is in this format. Must never say so of a `warder.yaml`. */
  detects(value: Readonly<Record<string, unknown>>): boolean
  /** Whether `''#comment` is allowed in it, as in the reader that it was written for. */
  readonly allowsLooseComments?: true
  /** Reads the other files that the document names. Absent: there are none in this format. */
  include?(document: SourceDocument, reader: DirectoryReader): Promise<Included>
  /** Nothing in it is interpolated: what another system read literally stays literal. */
  translate(
    document: SourceDocument,
    supportedAlgorithms: ReadonlySet<Algorithm>,
  ): Promise<Result<Translation, readonly Diagnostic[]>>
  /**
   * As much of a document that is refused as can be used without opening anything; undefined for nothing.
   *
   * @param isWhole Whether all of its other files could be read.
   */
  translatePartly?(
    document: SourceDocument,
    supportedAlgorithms: ReadonlySet<Algorithm>,
    isWhole: boolean,
  ): Promise<PartTranslation | undefined>
}
