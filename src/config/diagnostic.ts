/** Diagnostics: what is wrong, or unwise, in a configuration, and where. */
import { mistake, type Problem, type ProblemWords } from '../settings/problem.ts'
import type { ErrorCode } from '../errors.ts'
import { adviceOn } from './advice.ts'

/** A place in a file. Lines and columns count from 1; columns are UTF-16 units. */
export interface SourcePosition {
  /** As the operator named the file. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** How much of that line is meant, in UTF-16 units; at least 1. */
  readonly length: number
}

export interface Diagnostic {
  readonly code: ErrorCode
  /** `error` stops the configuration from being used; `warning` does not. */
  readonly severity: 'error' | 'warning'
  readonly message: string
  /** JSON pointer (RFC 6901) into the file as it was written; absent for the file as a whole. */
  readonly pointer?: string
  readonly position?: SourcePosition
  readonly label?: string
  readonly hints: readonly string[]
}

/** The text behind positions, and which parts of it must not be shown. */
export interface SourceText {
  readonly file: string
  readonly text: string
  /** Offsets `[start, end)` of secrets, sorted, not overlapping. */
  readonly secretRanges: readonly (readonly [start: number, end: number])[]
  /** Other files that belong to it; positions may point into them. */
  readonly included?: readonly SourceText[]
}

/** Turns a problem into a diagnostic. The severity is in the code: `WARN_…` warns. Each one says what to do. */
export function toDiagnostic(problem: Problem, pointer?: string, position?: SourcePosition): Diagnostic {
  const isSilent = problem.label === undefined && (problem.hints ?? []).length === 0
  return {
    code: problem.code,
    severity: problem.code.startsWith('WARN_') ? 'warning' : 'error',
    message: problem.message,
    ...(pointer === undefined ? {} : { pointer }),
    ...(position === undefined ? {} : { position }),
    ...(problem.label === undefined ? {} : { label: problem.label }),
    hints: isSilent ? adviceOn(problem.code) : (problem.hints ?? []),
  }
}

/** A mistake that shows in the settings, at the place where they are written. */
export const diagnosticAt = (position: SourcePosition, ...words: ProblemWords): Diagnostic =>
  toDiagnostic(mistake(...words), undefined, position)

/** In the order of the files and their lines; what has no position comes first. */
export function byPosition(a: Diagnostic, b: Diagnostic): number {
  const [first = '', second = ''] = [a.position?.file, b.position?.file]
  if (first !== '' && second !== '' && first !== second) return first < second ? -1 : 1
  return (
    (a.position?.line ?? 0) - (b.position?.line ?? 0) || (a.position?.column ?? 0) - (b.position?.column ?? 0)
  )
}
