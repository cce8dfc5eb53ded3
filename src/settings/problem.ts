/** Mistakes in a configuration, before their place in the file is known. */
import type { ErrorCode } from '../errors.ts'

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
