/** All routes, page by page: there may be ten thousand. */
import { useCallback, useEffect, useState } from 'preact/hooks'
import type { RouteRow } from '../../admin/routes-rows.ts'
import { AdminRefusal } from './admin-client.ts'
import { useConsole } from './console-context.ts'
import type { RoutesAnswer } from './routes-answer.ts'
import type { Answered } from './use-answer.ts'

const PAGE = 1_000

export interface AllRoutes extends Answered<readonly RouteRow[]> {
  /** Asks for all of them again. */
  readonly refresh: () => void
}

export function useAllRoutes(): AllRoutes {
  const { client } = useConsole()
  const [round, setRound] = useState(0)
  const [state, setState] = useState<Answered<readonly RouteRow[]>>({
    answer: undefined,
    failure: undefined,
  })
  useEffect(() => {
    const ended = new AbortController()
    const ask = async (): Promise<void> => {
      const all: RouteRow[] = []
      for (let total = 1; all.length < total;) {
        const path = `/v1/routes?offset=${all.length}&limit=${PAGE}`
        const next = await client.get<RoutesAnswer>(path, ended.signal)
        all.push(...next.routes)
        total = next.routes.length === 0 ? 0 : next.total
      }
      setState({ answer: all, failure: undefined })
    }
    ask().catch((fault: unknown) => {
      if (ended.signal.aborted) return
      const failure = fault instanceof AdminRefusal ? fault : new AdminRefusal(0, String(fault))
      setState(({ answer }) => ({ answer, failure }))
    })
    return () => ended.abort()
  }, [client, round])
  return { ...state, refresh: useCallback(() => setRound((last) => last + 1), []) }
}
