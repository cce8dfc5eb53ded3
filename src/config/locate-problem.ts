/** Problems of a document → diagnostics with their place in it. */
import { toDiagnostic, type Diagnostic } from './diagnostic.ts'
import type { LocatedProblem } from './schema-problems.ts'
import type { SourceDocument } from './source-document.ts'

/** Finds the place of each problem: at the key where the key itself is wrong, else at the value. */
export const locateIn =
  (document: SourceDocument) =>
  ({ pointer, problem, atKey }: LocatedProblem): Diagnostic =>
    toDiagnostic(
      problem,
      document.writtenAt?.(pointer) ?? pointer,
      atKey === true ? document.keyPositionOf(pointer) : document.positionOf(pointer),
    )
