/** Problems of a document → diagnostics with their place in it. */
import { toDiagnostic, type Diagnostic } from './diagnostic.ts'
import { pointerForPeople } from '../json-pointer.ts'
import type { LocatedProblem } from '../settings/problem.ts'
import type { SourceDocument } from './source-document.ts'

/** Finds the place of each problem: at the key where the key itself is wrong, else at the value. */
export const locateIn =
  (document: SourceDocument) =>
  ({ pointer, problem, atKey }: LocatedProblem): Diagnostic => {
    const written = document.writtenAt?.(pointer) ?? pointer
    // Messages name the map that a key is in, or missing in.
    const message = problem.message.replace(parentForPeople(pointer), () => parentForPeople(written))
    return toDiagnostic(
      { ...problem, message },
      written,
      atKey === true ? document.keyPositionOf(pointer) : document.positionOf(pointer),
    )
  }

const parentForPeople = (pointer: string): string =>
  pointerForPeople(pointer.slice(0, Math.max(0, pointer.lastIndexOf('/'))))
