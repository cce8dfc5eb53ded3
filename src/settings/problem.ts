/** Mistakes in a configuration, before their place in the file is known. */
import type { ErrorCode } from '../errors.ts'
import { quoted } from '../printable.ts'
import { err, type Result } from '../result.ts'
import { suggestion } from '../suggest.ts'

/** A mistake before its place is known: what the small parsers of values return. */
export interface Problem {
  readonly code: ErrorCode
  /** One sentence without a full stop. Never holds the value of a secret field. */
  readonly message: string
  /** Said beside the carets: `did you mean "audience"?`. */
  readonly label?: string
  /** What to write or do next; one sentence each. */
  readonly hints?: readonly string[]
}

/** A problem and the value, or the key, that it is about. */
export interface LocatedProblem {
  readonly pointer: string
  readonly problem: Problem
  /** Show the key, not the value. */
  readonly atKey?: boolean
}

/** A part of the configuration and where it is written. */
export interface Located<T> {
  readonly pointer: string
  readonly value: T
}

/** A part that is written under its name. */
export interface Named<T> extends Located<T> {
  readonly name: string
}

/** What most problems are made of. */
export type ProblemWords = readonly [code: ErrorCode, message: string, ...hints: string[]]

/** A problem, in the words of {@link Problem}: its code, its message, and what to do. */
export const mistake = (...[code, message, ...hints]: ProblemWords): Problem => ({
  code,
  message,
  ...(hints.length > 0 && { hints }),
})

/** A mistake in the value there. */
export const problemAt = (pointer: string, ...words: ProblemWords): LocatedProblem => ({
  pointer,
  problem: mistake(...words),
})

/** The key there is the mistake, whatever its value. */
export const problemAtKey = (pointer: string, ...words: ProblemWords): LocatedProblem => ({
  ...problemAt(pointer, ...words),
  atKey: true,
})

/** Of words that exclude each other none is written, or several are. */
export function notOne(
  pointer: string,
  written: readonly string[],
  none: string,
  ...hints: readonly string[]
): LocatedProblem {
  const message = written.length === 0 ? none : `\`${written.join('` and `')}\` exclude each other`
  return problemAt(pointer, 'ERR_CONFIG_EXACTLY_ONE', message, ...hints)
}

/** What a parser returns for a text that it refuses. */
export const refuse = (...words: ProblemWords): Result<never, Problem> => err(mistake(...words))

const UNKNOWN = {
  policy: 'ERR_CONFIG_UNKNOWN_POLICY',
  issuer: 'ERR_CONFIG_UNKNOWN_ISSUER',
  upstream: 'ERR_CONFIG_UNKNOWN_UPSTREAM',
} as const

/** A reference to a part that is not there. */
export function unknownReference(
  pointer: string,
  what: keyof typeof UNKNOWN,
  name: string,
  known: ReadonlySet<string>,
): LocatedProblem {
  const message = `there is no ${what} ${quoted(name)}`
  const hint = known.size === 0 ? `no ${what} has a name` : `known: ${[...known].slice(0, 20).join(', ')}`
  return { pointer, problem: { ...mistake(UNKNOWN[what], message, hint), ...suggestion(name, known) } }
}
