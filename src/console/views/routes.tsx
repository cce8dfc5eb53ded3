/** Routes: in the order in which they are tried, with their counts; and which of them would match a request. */
import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { printable } from '../../printable.ts'
import type { RouteRow } from '../../admin/routes-rows.ts'
import { useAnswer } from '../api/use-answer.ts'
import { useAllRoutes } from '../api/use-all-routes.ts'
import { formatCount } from '../format.ts'
import { toHash } from '../hash-route.ts'
import { Badge, type Tone } from '../parts/badge.tsx'
import { FailureNote } from '../parts/failure-note.tsx'
import { FilterBar } from '../parts/filter-bar.tsx'
import { Shown } from '../parts/shown.tsx'
import { VirtualRows } from '../parts/virtual-rows.tsx'
import { countByRoute, type RouteCounts } from '../route-counts.ts'
import { describeMatch } from '../route-text.ts'
import { filterRows } from '../setting-rows.ts'
import { MatchForm } from './route-match.tsx'

const METRICS_INTERVAL_MS = 10_000

const HEADS = [
  ['place', 'Place'],
  ['name', 'Route'],
  ['match', 'Match'],
  ['access', 'Access'],
  ['upstream', 'Upstream'],
  ['number', 'Allowed'],
  ['number', 'Denied'],
] as const

export function RoutesView(): JSX.Element {
  const [wanted, setWanted] = useState('')
  const routes = useAllRoutes()
  const metrics = useAnswer<string>('/metrics', METRICS_INTERVAL_MS, 'text')
  const counts = useMemo(() => countByRoute(metrics.answer ?? ''), [metrics.answer])
  const all = useMemo(
    () => (routes.answer ?? []).map((route) => toShown(route, counts)),
    [routes.answer, counts],
  )
  const rows = useMemo(() => filterRows(all, wanted, textOf), [all, wanted])
  return (
    <>
      <MatchForm />
      <FilterBar value={wanted} onChange={setWanted} shown={rows.length} total={all.length} what="routes">
        <button type="button" onClick={routes.refresh}>
          Refresh
        </button>
      </FilterBar>
      <FailureNote {...routes} />
      <VirtualRows
        kind="routes"
        label="Routes in the order in which they are tried"
        rows={rows}
        drawRow={drawRoute}
        head={HEADS.map(([kind, head]) => (
          <span key={head} role="columnheader" class={kind}>
            {head}
          </span>
        ))}
      />
    </>
  )
}

const TONES: Readonly<Record<string, Tone>> = { public: 'warn', deny: 'bad' }

function drawRoute({ order, name, text, access, policy, upstream, counts }: ShownRoute): JSX.Element {
  return (
    <>
      <span role="cell" class="place faint">
        {formatCount(order + 1)}
      </span>
      <span role="rowheader" class="name">
        <a href={toHash('decisions', undefined, { route: name })}>
          <Shown text={name} />
        </a>
      </span>
      <span role="cell" class="match" title={printable(text)}>
        <Shown text={text} />
      </span>
      <span role="cell" class="access">
        {policy === null ? <Badge tone={TONES[access] ?? 'plain'}>{access}</Badge> : <Shown text={policy} />}
      </span>
      <span role="cell" class="upstream">
        <Shown text={upstream} />
      </span>
      <span role="cell" class="number">
        {formatCount(counts?.allow ?? 0)}
      </span>
      <span role="cell" class="number">
        {formatCount(counts?.deny ?? 0)}
      </span>
    </>
  )
}

interface ShownRoute extends RouteRow {
  readonly text: string
  /** Undefined: none yet, or counted together with others. */
  readonly counts: RouteCounts | undefined
}

const toShown = (route: RouteRow, counts: ReadonlyMap<string, RouteCounts>): ShownRoute => ({
  ...route,
  text: describeMatch(route.match),
  counts: counts.get(route.name),
})

const textOf = ({ name, text, access, policy, upstream }: ShownRoute): string =>
  `${name} ${text} ${access} ${policy ?? ''} ${upstream ?? ''}`
