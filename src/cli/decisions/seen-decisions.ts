/** Which decisions have been printed, so that each is printed once and none is missed. */
import type { JsonObject } from '../../strict-json.ts'
import { earlierId, isDecisionId } from './decision-id.ts'

/**
 * How far back each question reaches again, in milliseconds. The processes of a service answer one after the other, or
 * late: one may have a decision that is older than the newest of another, and had not told of it when that was printed.
 */
const OVERLAP_MS = 3_000

/** Printed decisions that are remembered; more than two answers hold. */
const MAX_SEEN = 4_000

export interface SeenDecisions {
  /** @param records Newest first. @returns Those that are new, oldest first. */
  add(records: readonly JsonObject[]): readonly JsonObject[]
  /** The id to ask after, which may be that of no decision; undefined if there was no decision yet. */
  position(): string | undefined
}

/**
 * @param first The first answer, newest first.
 * @param limit How many it could have: if it has as many, older ones exist, which are never printed.
 */
export function createSeenDecisions(first: readonly JsonObject[], limit: number): SeenDecisions {
  let seen = idsOf(first).toSorted()
  const oldest = first.length < limit ? '' : (seen[0] ?? '')
  const position = (): string | undefined => {
    const newest = seen.at(-1)
    return newest === undefined ? undefined : earlierId(newest, OVERLAP_MS)
  }
  return {
    position,
    add(records) {
      const known = new Set(seen)
      const fresh = new Map<string, JsonObject>()
      for (const record of records)
        for (const id of idsOf([record])) if (id > oldest && !known.has(id)) fresh.set(id, record)
      const ids = [...fresh.keys()].toSorted()
      const all = [...seen, ...ids].toSorted()
      seen = all
      const from = position() ?? ''
      seen = all.filter((id) => id > from).slice(-MAX_SEEN)
      return ids.flatMap((id) => {
        const record = fresh.get(id)
        return record === undefined ? [] : [record]
      })
    },
  }
}

/** Ids that are in the order of their times; another program may send anything. */
const idsOf = (records: readonly JsonObject[]): readonly string[] =>
  records.flatMap(({ id }) => (typeof id === 'string' && isDecisionId(id) ? [id] : []))
