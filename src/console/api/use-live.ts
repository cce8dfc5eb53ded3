/** What the service sends by itself: the rates of decisions, each second. */
import { useEffect, useState } from 'preact/hooks'
import type { StatsPoint } from '../../admin/decision-record.ts'
import { useConsole } from './console-context.ts'
import { readJson } from './read-json.ts'

export interface Live {
  /** Of the last second. */
  readonly stats: StatsPoint | undefined
  /** False while the connection is lost; it is tried again. */
  readonly isConnected: boolean
}

const START: Live = { stats: undefined, isConnected: false }
const RETRY_MS = 3_000

export function useLive(): Live {
  const { client } = useConsole()
  const [live, setLive] = useState(START)
  useEffect(() => {
    const ended = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const follow = async (): Promise<void> => {
      try {
        await client.stream('/v1/events', (event) => setLive((last) => update(last, event)), ended.signal)
      } catch {
        // The state says so; a refused token is asked for by the client.
      }
      if (ended.signal.aborted) return
      setLive((last) => ({ ...last, stats: undefined, isConnected: false }))
      timer = setTimeout(() => void follow(), RETRY_MS)
    }
    void follow()
    return () => {
      ended.abort()
      clearTimeout(timer)
    }
  }, [client])
  return live
}

function update(last: Live, { name, data }: { readonly name: string; readonly data: string }): Live {
  if (name === 'stats') return { ...last, isConnected: true, stats: readJson<StatsPoint>(data) }
  return last
}
