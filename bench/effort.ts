/** How much a run measures: everything, or, with `--short`, just enough to see that the suites work. */

export interface Effort {
  readonly name: 'full' | 'short'
  /** Most counted rounds of one comparison; a suite may ask for fewer. */
  readonly rounds: number
  /** Length of one load. wrk takes whole seconds. */
  readonly loadSeconds: number
  /** How much of a large number is sent: tokens, idle clients, bytes. */
  readonly share: number
}

export const SHORT_FLAG = '--short'

const FULL: Effort = { name: 'full', rounds: 5, loadSeconds: 2, share: 1 }
// One round and one-second loads: its figures show mistakes in the bench, not the cost of anything.
const SHORT: Effort = { name: 'short', rounds: 1, loadSeconds: 1, share: 0.05 }

export const EFFORT: Effort = process.argv.includes(SHORT_FLAG) ? SHORT : FULL

/** So many of `full`, or in a short run a twentieth of them. */
export const scaled = (full: number): number => Math.ceil(full * EFFORT.share)
