/** Whether all arrows of the room table lead down. */
import type { Floor } from './layer-table.ts'

/**
 * `room → room` for every room that names one of its own floor or of one above it, types included.
 *
 * @param floors From the ground up.
 * @param leaves Files below all floors.
 */
export function findUpwardEdges(floors: readonly Floor[], leaves: readonly string[]): readonly string[] {
  const below = new Set(leaves)
  return floors.flatMap((floor) => {
    const faults = Object.entries(floor).flatMap(([room, { imports, types = [] }]) =>
      [...imports, ...types]
        .map((target) => target.split('/')[0] ?? target)
        .filter((target) => target !== '*' && !below.has(target))
        .map((target) => `${room} → ${target}`),
    )
    for (const room of Object.keys(floor)) below.add(room)
    return faults
  })
}
