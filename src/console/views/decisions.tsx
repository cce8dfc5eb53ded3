/** Decisions: the last ones, those that match the filters of the URL, and each of them explained. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { DecisionRecord } from '../../admin/decision-record.ts'
import { useRecent } from '../api/use-recent.ts'
import { formatCount } from '../format.ts'
import { toHash, type ConsolePlace } from '../hash-route.ts'
import { DecisionTable } from '../parts/decision-table.tsx'
import { FailureNote } from '../parts/failure-note.tsx'
import { FILTER_NAMES, FilterForm } from '../parts/filter-form.tsx'
import { useNow } from '../parts/use-now.ts'
import { DecisionView } from './decision.tsx'

export function DecisionsView({ place }: { readonly place: ConsolePlace }): JSX.Element {
  const { item, filters } = place
  if (item !== undefined) return <DecisionView id={item} filters={filters} />
  return <DecisionList filters={filters} />
}

function DecisionList({ filters }: { readonly filters: ConsolePlace['filters'] }): JSX.Element {
  const [isLive, setIsLive] = useState(true)
  const known = Object.entries(filters).filter(([name]) => FILTER_NAMES.some((one) => one === name))
  const wanted = Object.fromEntries(known)
  // What is in the URL, else the denials: most people come for them.
  const recent = useRecent(known.length === 0 ? { outcome: 'deny' } : wanted, isLive)
  const nowMs = useNow(5_000)
  const rows: readonly DecisionRecord[] = recent.answer?.decisions ?? []
  return (
    <>
      <FilterForm filters={known.length === 0 ? { outcome: 'deny' } : wanted} />
      <p class="bar">
        <label class="check">
          <input type="checkbox" checked={isLive} onChange={() => setIsLive(!isLive)} /> Live
        </label>
        <span class="faint" role="status">
          {formatCount(rows.length)} shown
          {recent.answer !== undefined && recent.answer.dropped > 0 && (
            <>, {formatCount(recent.answer.dropped)} not kept</>
          )}
        </span>
      </p>
      <FailureNote {...recent} />
      {recent.answer !== undefined && (
        <div class="panel">
          <DecisionTable decisions={rows} nowMs={nowMs} linkOf={(id) => toHash('decisions', id, wanted)} />
        </div>
      )}
    </>
  )
}
