/** Finds kept decisions, for somebody who asks. */
import type { DecisionFilter, DecisionRecord, DecisionsAnswer } from '../../admin/decision-record.ts'
import { compileFilter } from './decision-filter.ts'
import type { KeptDecision, RecordStore } from './record-store.ts'

const DEFAULT_LIMIT = 100

/** Facts that are read in one turn of the event loop, in about half a millisecond. */
const READ_IN_A_TURN = 200

export const factsIn = ({ facts }: KeptDecision): DecisionRecord => JSON.parse(facts) as DecisionRecord

/**
 * Newest first. They are those of the moment of the call; decisions are made between the slices in which they are read.
 *
 * @param count How many decisions the process has made.
 * @param later Calls in a later turn of the event loop.
 */
export async function listDecisions(
  store: RecordStore,
  count: number,
  filter: DecisionFilter,
  later: (fn: () => void) => void,
): Promise<DecisionsAnswer> {
  const { after = '', limit = DEFAULT_LIMIT } = filter
  const matches = compileFilter(filter)
  const newer = [...store.all()].filter(({ id }) => id > after).toSorted(byIdDown)
  const dropped = Math.max(0, count - countAt(store.all(), after) - newer.length)
  const decisions: DecisionRecord[] = []
  let read = 0
  for (const kept of newer) {
    if (decisions.length >= limit) break
    if (!mayMatch(kept, filter)) continue
    if (++read % READ_IN_A_TURN === 0) await new Promise<void>((resolve) => later(resolve))
    const facts = factsIn(kept)
    if (matches(facts)) decisions.push(facts)
  }
  return { decisions, dropped }
}

/** What can be told without reading the facts. */
const mayMatch = (kept: KeptDecision, { outcome, reason }: DecisionFilter): boolean =>
  (outcome ?? kept.outcome) === kept.outcome && (reason ?? kept.reason) === kept.reason

const byIdDown = (a: KeptDecision, b: KeptDecision): number => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)

/** How many decisions had been made at an id: exact if it is of this process, else by its nearest neighbour. */
function countAt(all: Iterable<KeptDecision>, after: string): number {
  let before: KeptDecision | undefined
  let next: KeptDecision | undefined
  if (after === '') return 0
  for (const kept of all) {
    if (kept.id <= after) {
      if (before === undefined || kept.id > before.id) before = kept
    } else if (next === undefined || kept.id < next.id) next = kept
  }
  return before?.count ?? (next === undefined ? 0 : next.count - 1)
}
