/** In which files the secrets of a configuration are written. */
import { dirname, resolve } from 'node:path'
import { MASK } from '../printable.ts'
import type { SourcePosition } from './diagnostic.ts'
import { secretsIn, type Settings } from '../settings/definition.ts'
import { judgesOf } from '../settings/route/judges.ts'
import type { SourceDocument } from './source-document.ts'

/** A place in the configuration, and the file in which its secret is. */
export interface SecretFile {
  /** Absolute. */
  readonly file: string
  /** Of the setting; only looked up when it is needed. */
  position(): SourcePosition
}

const REFERENCE = /\$\{(?:file:([^{}]+)|[^{}]*)\}/g

/**
 * Of a `warder.yaml`: what its secret fields read with `${file:…}`, and the file itself when a secret is spelled out
 * in it.
 */
export function secretFilesOf(document: SourceDocument): readonly SecretFile[] {
  const own = resolve(document.file)
  const found: SecretFile[] = []
  for (const { pointer, text: written } of secretsIn(document.value)) {
    const position = (): SourcePosition => document.positionOf(pointer)
    for (const [, file] of written.matchAll(REFERENCE))
      if (file !== undefined) found.push({ file: resolve(dirname(own), file), position })
    const literal = written.replaceAll(REFERENCE, '')
    if (literal !== '' && literal !== MASK) found.push({ file: own, position })
  }
  return found
}

/** Parts of the settings that hold a secret. In a format without references, each is spelled out in its file. */
export function secretSettingsOf({ issuers, routes }: Settings): readonly string[] {
  return [
    ...issuers.flatMap(({ keys }, i) => (keys.kind === 'secret' ? [`issuers/${i}/keys`] : [])),
    ...routes.flatMap(({ access }, i) =>
      judgesOf(access).some((judge) => judge.kind === 'basic_auth' && judge.basicAuth.users.length > 0)
        ? [`routes/${i}`]
        : [],
    ),
  ]
}
