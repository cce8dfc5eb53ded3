/** Gives back what a flood of requests left behind, once it is over. */

/** Decisions after which there is something to give back. */
const WORTHWHILE_DECISIONS = 10_000
/** The second collection hands the pages back to the system that the first one has emptied. */
const COLLECTIONS = 2

/**
 * The collector is in no hurry when requests stop: after 100,000 first-seen tokens it holds a fifth of the
 * resident memory for nothing. So it is run in moments without decisions.
 *
 * @param decisions How many there were so far.
 * @param collect Runs the collector; it stops the process for some tens of milliseconds.
 * @returns To be called about once a second.
 */
export function createTidy(decisions: () => number, collect: () => void): () => void {
  let seen = 0
  let tidied = 0
  let collectionsLeft = 0
  return () => {
    const now = decisions()
    const isIdle = now === seen
    seen = now
    if (!isIdle) return
    if (now - tidied >= WORTHWHILE_DECISIONS) {
      tidied = now
      collectionsLeft = COLLECTIONS
    }
    if (collectionsLeft === 0) return
    collectionsLeft--
    collect()
  }
}
