/** The last decisions that match some filters, kept up to date. */
import { useEffect, useState } from 'preact/hooks'
import type { DecisionRecord, DecisionsAnswer } from '../../admin/decision-record.ts'
import { AdminRefusal } from './admin-client.ts'
import { useConsole } from './console-context.ts'
import type { Answered } from './use-answer.ts'

const INTERVAL_MS = 2_000
const MAX_SHOWN = 200

/**
 * After the first answer, only newer decisions are asked for.
 *
 * @param isLive False: nothing is asked, and what is there stays.
 */
export function useRecent(
  filters: Readonly<Record<string, string>>,
  isLive: boolean,
): Answered<DecisionsAnswer> {
  const { client } = useConsole()
  const query = new URLSearchParams({ ...filters, limit: String(MAX_SHOWN) }).toString()
  const [state, setState] = useState<Answered<DecisionsAnswer> & { readonly query?: string }>({
    answer: undefined,
    failure: undefined,
  })
  useEffect(() => {
    const ended = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let known = state.query === query ? state.answer : undefined
    if (!isLive && known !== undefined) return undefined
    const ask = async (): Promise<void> => {
      const newest = known?.decisions[0]?.id
      const after = newest === undefined ? '' : `&after=${encodeURIComponent(newest)}`
      try {
        if (document.hidden && known !== undefined) return
        const next = await client.get<DecisionsAnswer>(`/v1/decisions?${query}${after}`, ended.signal)
        known = merge(known, next)
        setState({ query, answer: known, failure: undefined })
      } catch (fault) {
        if (ended.signal.aborted) return
        const failure = fault instanceof AdminRefusal ? fault : new AdminRefusal(0, String(fault))
        setState({ query, answer: known, failure })
      } finally {
        if (!ended.signal.aborted && isLive) timer = setTimeout(() => void ask(), INTERVAL_MS)
      }
    }
    void ask()
    return () => {
      ended.abort()
      clearTimeout(timer)
    }
    // What is known is carried from one question to the next.
  }, [client, query, isLive])
  return state.query === query ? state : { answer: undefined, failure: undefined }
}

function merge(known: DecisionsAnswer | undefined, next: DecisionsAnswer): DecisionsAnswer {
  if (known === undefined) return next
  if (next.decisions.length === 0) return { ...known, dropped: known.dropped + next.dropped }
  const ids = new Set(next.decisions.map(({ id }) => id))
  const old: readonly DecisionRecord[] = known.decisions.filter(({ id }) => !ids.has(id))
  return { decisions: [...next.decisions, ...old].slice(0, MAX_SHOWN), dropped: known.dropped + next.dropped }
}
