/** In which files the secrets of a configuration are written. */
import { dirname, resolve } from 'node:path'
import { MASK } from '../printable.ts'
import type { SourcePosition } from './diagnostic.ts'
import { toPointer } from '../json-pointer.ts'
import type { Settings } from '../settings/definition.ts'
import { judgesOf } from '../settings/route/judges.ts'
import type { SourceDocument } from './source-document.ts'

/** A place in the configuration, and the file in which its secret is. */
export interface SecretFile {
  /** Absolute. */
  readonly file: string
  /** Of the setting. */
  readonly position: SourcePosition
}

const REFERENCE = /\$\{(?:file:([^{}]+)|[^{}]*)\}/g

/**
 * Of a `warder.yaml`: what its secret fields read with `${file:…}`, and the file itself when a secret is spelled out
 * in it.
 */
export function secretFilesOf(
  document: SourceDocument,
  isSecretField: (pointer: string) => boolean,
): readonly SecretFile[] {
  const own = resolve(document.file)
  const found: SecretFile[] = []
  const add = (file: string, pointer: string): void =>
    void found.push({ file, position: document.positionOf(pointer) })
  const visit = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) visit(item, [...path, key])
      return
    }
    const pointer = toPointer(path)
    if (typeof value !== 'string' || !isSecretField(pointer)) return
    for (const [, file] of value.matchAll(REFERENCE))
      if (file !== undefined) add(resolve(dirname(own), file), pointer)
    const literal = value.replaceAll(REFERENCE, '')
    if (literal !== '' && literal !== MASK) add(own, pointer)
  }
  visit(document.value, [])
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
