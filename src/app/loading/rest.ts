/** When work beside the decisions pauses. */
import type { Rest } from '../../slices.ts'

/** How long a slice may hold up a decision, in milliseconds. Half of what it may wait: a step may take long, too. */
const SLICE_MS = 2

/** Slices that end after so many milliseconds. */
export function createRest(sliceMs: number = SLICE_MS): Rest {
  let startedAt = performance.now()
  return () => {
    if (performance.now() - startedAt < sliceMs) return undefined
    return nextTurn().then(() => {
      startedAt = performance.now()
    })
  }
}

/** Resolves when everything else that waits has run. */
export const nextTurn = (): Promise<void> =>
  // A timer: the runtime looks at its sockets before the next one.
  new Promise((resolve) => setTimeout(resolve, 0))
