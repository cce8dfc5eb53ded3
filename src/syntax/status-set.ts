/** Sets of statuses, as settings name them. */

/** A status, or all of a hundred: 404, `5xx`. */
export type StatusSet = readonly (number | `${2 | 3 | 4 | 5}xx`)[]

/** Whether a status is one of these. */
export function compileStatuses(statuses: StatusSet): (status: number) => boolean {
  const known = new Set<number | string>(statuses)
  if (known.size === 0) return NONE
  return (status) => known.has(status) || known.has(`${Math.floor(status / 100)}xx`)
}

const NONE = (): boolean => false
