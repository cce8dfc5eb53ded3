/** Work in slices, between which a running service answers. */

/** Undefined while a slice goes on; at its end, resolves when everything else that waited has run. */
export type Rest = () => Promise<void> | undefined

/** Does something with each item, in order. */
export async function eachInSlices<T>(items: Iterable<T>, rest: Rest, run: (item: T) => void): Promise<void> {
  for (const item of items) {
    run(item)
    const resting = rest()
    // Awaiting nothing would cost more than most items do.
    if (resting !== undefined) await resting
  }
}
