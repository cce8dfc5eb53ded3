/** Takes the target of a request apart without changing a byte; `new URL()` would normalise the path. */

export interface SplitTarget {
  /** Before the first `?`. */
  readonly path: string
  /** Behind it; empty if there is none. */
  readonly query: string
}

/** @param start Where the path begins. */
export function splitTarget(text: string, start = 0): SplitTarget {
  const queryStart = text.indexOf('?', start)
  if (queryStart < 0) return { path: text.slice(start), query: '' }
  return { path: text.slice(start, queryStart), query: text.slice(queryStart + 1) }
}
