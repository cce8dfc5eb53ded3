/** Work in slices, between which a running service answers. */

/** Work that can pause at each `yield`. */
export type Sliced<T> = Generator<undefined, T, undefined>

/** Undefined while a slice goes on; at its end, resolves when everything else that waited has run. */
export type Rest = () => Promise<void> | undefined

/** Does all of it at once, when nobody waits for anything else. */
export function finishNow<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

/** Does it slice by slice. */
export async function finishInSlices<T>(work: Sliced<T>, rest: Rest): Promise<T> {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
    const resting = rest()
    // Awaiting nothing would cost more than most steps do.
    if (resting !== undefined) await resting
  }
}
