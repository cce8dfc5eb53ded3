/** The one way from a file of another system to settings: it becomes a value that is read like a `warder.yaml`. */
import { dirname, resolve } from 'node:path'
import { secretBytesNeeded } from '../settings/issuer/check.ts'
import type { Diagnostic } from '../config/diagnostic.ts'
import type { PartTranslation, Translation } from '../config/foreign-format.ts'
import { originOf } from '../json-pointer.ts'
import { locateIn } from '../config/locate-problem.ts'
import { readSettings } from '../config/read-settings.ts'
import type { SourceDocument } from '../config/source-document.ts'
import { err, ok, type Result } from '../result.ts'
import type { Settings } from '../settings/definition.ts'
import { mistake, type LocatedProblem, type Problem } from '../settings/problem.ts'
import { LEAST_SECRET_BYTES, type Algorithm } from '../syntax/algorithms.ts'

/** A part of a `warder.yaml`. */
export type NativeValue = Readonly<Record<string, unknown>>

/** A part without the keys that say nothing: those of undefined, an empty text, an empty list or map. */
export const withoutEmpty = (part: NativeValue): NativeValue =>
  Object.fromEntries(Object.entries(part).filter(([, value]) => !isEmpty(value)))

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === '' ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

/** Takes down what a translation has found, by pointers in the document; `atKey` as in {@link LocatedProblem}. */
export type Report = (pointer: string, problem: Problem, atKey?: 'at key') => void

/** A list of problems, and what adds to it. */
export function createReport(): { readonly problems: readonly LocatedProblem[]; readonly report: Report } {
  const problems: LocatedProblem[] = []
  const report: Report = (pointer, problem, atKey) =>
    void problems.push({ pointer, problem, atKey: atKey !== undefined })
  return { problems, report }
}

/** A document of another system as a `warder.yaml`. */
export interface Translated {
  readonly value: NativeValue
  /** Parts of the value → pointers in the document: `issuers/0` → `/clients/0`. */
  readonly origins: ReadonlyMap<string, string>
  /** What the translation itself has found, by pointers in the document. */
  readonly problems: readonly LocatedProblem[]
}

/** What became of a document. */
export interface ReadForeign {
  /** Undefined with an error among the problems. */
  readonly settings: Settings | undefined
  /** By pointers in the document. */
  readonly problems: readonly LocatedProblem[]
  readonly origins: ReadonlyMap<string, string>
}

/** A problem of the value in the words of the other system; undefined for one that does not concern its file. */
export type InOwnWords = (found: LocatedProblem) => Problem | undefined

/** Asks of a translation everything that is asked of a `warder.yaml`. */
export function readTranslated(
  { value, origins, problems }: Translated,
  document: SourceDocument,
  supportedAlgorithms: ReadonlySet<Algorithm>,
  inOwnWords: InOwnWords,
): ReadForeign {
  const native = readSettings(value, { supportedAlgorithms, directory: dirname(resolve(document.file)) })
  const found = native.problems.flatMap((one) => {
    // What is not known to be written anywhere is about the document as a whole.
    const pointer = originOf(one.pointer, origins) ?? ''
    const problem = inOwnWords({ ...one, pointer })
    return problem === undefined ? [] : [{ pointer, problem, atKey: false }]
  })
  const all = withoutRepeats([...problems, ...found])
  return { settings: all.some(isError) ? undefined : native.settings, problems: all, origins }
}

export const isError = ({ problem }: LocatedProblem): boolean => problem.code.startsWith('ERR_')

/** A rule that judges several routes is wrong once. */
const withoutRepeats = (found: readonly LocatedProblem[]): readonly LocatedProblem[] => [
  ...new Map(found.map((one) => [`${one.pointer} ${one.problem.code} ${one.problem.message}`, one])).values(),
]

/** What the loader is told of a document that was read whole. */
export function toTranslation(
  { settings, problems, origins }: ReadForeign,
  document: SourceDocument,
): Result<Translation, readonly Diagnostic[]> {
  const found = problems.map(locateIn(document))
  return settings === undefined ? err(found) : ok({ settings, warnings: found, origins })
}

/** The same of what is left of a refused document; undefined when that cannot be used either. */
export function toPartTranslation(
  { settings, problems, origins }: ReadForeign,
  missing: readonly LocatedProblem[],
  document: SourceDocument,
): PartTranslation | undefined {
  const locate = locateIn(document)
  return settings && { settings, origins, warnings: problems.map(locate), missing: missing.map(locate) }
}

/** What `issuer` is in a `warder.yaml` that accepts every issuer: no name that a file of another system may mean. */
export const ANY = 'any'

export const ISSUER_ANY = mistake(
  'ERR_COMPAT_ISSUER_ANY',
  'an issuer called "any" would turn off the check of the issuer',
)

/** Other systems take secrets of any length. What is long enough not to be guessed keeps working, with a warning. */
export function allowIfShort(secret: string, algorithms: readonly Algorithm[] = ['HS256']): NativeValue {
  const { length } = new TextEncoder().encode(secret)
  return length >= LEAST_SECRET_BYTES && length < secretBytesNeeded(algorithms)
    ? { allow_short_secret: true }
    : {}
}
