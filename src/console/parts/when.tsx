/** A moment: its age, or its time of day; the exact time in UTC on pointing at it. */
import type { JSX } from 'preact'
import { useConsole } from '../api/console-context.ts'
import { formatAge, formatTimeOfDay } from '../format.ts'

interface WhenProps {
  /** Epoch milliseconds, or RFC 3339; null: never. */
  readonly at: number | string | null | undefined
  readonly nowMs: number
  readonly isAge?: boolean
}

export function When({ at, nowMs, isAge = false }: WhenProps): JSX.Element {
  const { isUtc } = useConsole()
  if (at === null || at === undefined) return <span class="faint">never</span>
  const atMs = typeof at === 'number' ? at : Date.parse(at)
  if (Number.isNaN(atMs)) return <span class="faint">–</span>
  const iso = new Date(atMs).toISOString()
  return (
    <time dateTime={iso} title={iso}>
      {isAge ? formatAge(atMs, nowMs) : formatTimeOfDay(atMs, isUtc, nowMs)}
    </time>
  )
}
