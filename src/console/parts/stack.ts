/** Values on top of each other. */

/** Each list is the sum of itself and all before it; no value counts as 0. */
export function stack(lists: readonly (readonly (number | null)[])[]): readonly (readonly number[])[] {
  let below: readonly number[] = []
  return lists.map((values) => {
    const sums = values.map((value, index) => (below[index] ?? 0) + (value ?? 0))
    below = sums
    return sums
  })
}
