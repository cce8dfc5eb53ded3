/** Overview: problems first, then what is going on. */
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import type { HistoryAnswer, StatsPoint } from '../../admin/decision-record.ts'
import type { StatusReport } from '../../admin/status-route.ts'
import { DENY_ROWS, type DenyReason } from '../../decision/reasons.ts'
import type { KeysAnswer } from '../api/keys-answer.ts'
import type { UpstreamsAnswer } from '../api/upstreams-answer.ts'
import { useAnswer } from '../api/use-answer.ts'
import { useLive, type Live } from '../api/use-live.ts'
import { useRecent } from '../api/use-recent.ts'
import { formatCount, formatMs, formatNumber } from '../format.ts'
import { toHash } from '../hash-route.ts'
import { Chart } from '../parts/chart.tsx'
import { DecisionTable } from '../parts/decision-table.tsx'
import { FailureNote } from '../parts/failure-note.tsx'
import { ProblemList } from '../parts/problem-list.tsx'
import { Shown } from '../parts/shown.tsx'
import { StateLine } from '../parts/state-line.tsx'
import { useNow } from '../parts/use-now.ts'
import { findProblems } from '../problems.ts'
import { countReasons, latencySeries, outcomeSeries, reasonSeries } from '../stats.ts'
import { KEYS_INTERVAL_MS } from './issuers.tsx'
import { UPSTREAMS_INTERVAL_MS } from './upstreams.tsx'

const HISTORY_INTERVAL_MS = 10_000
const SHOWN_DECISIONS = 8
const DENIALS = { outcome: 'deny' } as const

export function OverviewView(): JSX.Element {
  const keys = useAnswer<KeysAnswer>('/v1/keys', KEYS_INTERVAL_MS)
  const history = useAnswer<HistoryAnswer>('/v1/history', HISTORY_INTERVAL_MS)
  const status = useAnswer<StatusReport>('/v1/status', KEYS_INTERVAL_MS)
  const upstreams = useAnswer<UpstreamsAnswer>('/v1/upstreams', UPSTREAMS_INTERVAL_MS)
  const live = useLive()
  const nowMs = useNow(5_000)
  const issuers = keys.answer?.issuers
  return (
    <>
      <FailureNote {...status} />
      {status.answer && <StateLine status={status.answer} nowMs={nowMs} />}
      <FailureNote {...keys} />
      {issuers && (
        <ProblemList
          problems={findProblems({
            status: status.answer,
            issuers,
            servers: upstreams.answer?.servers ?? [],
          })}
        />
      )}
      <Tiles {...live} />
      <FailureNote {...history} />
      {history.answer && <Plots points={history.answer.points} />}
      <LastDenials />
    </>
  )
}

function Tiles({ stats, isConnected }: Live): JSX.Element {
  const rate = (count: number | undefined): string =>
    stats === undefined || count === undefined ? '–' : formatNumber(count / stats.seconds)
  const latency = (name: 'p50' | 'p95' | 'p99'): string =>
    stats?.latencyMs ? formatMs(stats.latencyMs[name]) : '–'
  const tiles = [
    ['allowed a second', rate(stats?.outcomes.allow)],
    ['denied a second', rate(stats?.outcomes.deny)],
    ['median duration', latency('p50')],
    ['95 % within', latency('p95')],
    ['99 % within', latency('p99')],
  ] as const
  return (
    <section aria-label="The last second" class="tiles">
      {tiles.map(([name, value]) => (
        <div key={name} class="tile">
          <b>{value}</b>
          <span class="faint">{name}</span>
        </div>
      ))}
      {!isConnected && (
        <p class="faint" role="status">
          Not connected to the live events; trying.
        </p>
      )}
    </section>
  )
}

function Plots({ points }: { readonly points: readonly StatsPoint[] }): JSX.Element {
  const { timesMs, reasons, outcomes, denials, latency } = useMemo(() => prepare(points), [points])
  return (
    <div class="plots">
      <section class="panel">
        <h2>Decisions a second, by outcome</h2>
        <Chart
          label="Decisions a second by outcome"
          timesMs={timesMs}
          series={outcomes}
          isStacked
          format={rate}
        />
      </section>
      <section class="panel">
        <h2>Denials a second, by reason</h2>
        <Chart
          label="Denials a second by reason"
          timesMs={timesMs}
          series={denials}
          isStacked
          format={rate}
        />
      </section>
      <section class="panel">
        <h2>Duration of a decision</h2>
        <Chart label="Duration of a decision" timesMs={timesMs} series={latency} isLog format={formatMs} />
      </section>
      <section class="panel">
        <h2>Reasons in the last hour</h2>
        <ReasonTable reasons={reasons} />
      </section>
    </div>
  )
}

const rate = (value: number): string => `${formatNumber(value)}/s`

function prepare(points: readonly StatsPoint[]) {
  const reasons = countReasons(points)
  const denied = reasons.map(({ reason }) => reason).filter(isDenyReason)
  return {
    timesMs: points.map(({ timeMs }) => timeMs),
    reasons,
    outcomes: outcomeSeries(points),
    denials: reasonSeries(points, denied),
    latency: latencySeries(points),
  }
}

function ReasonTable({ reasons }: { readonly reasons: ReturnType<typeof countReasons> }): JSX.Element {
  if (reasons.length === 0) return <p class="faint">No decision yet.</p>
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Reason</th>
          <th scope="col" class="number">
            Decisions
          </th>
        </tr>
      </thead>
      <tbody>
        {reasons.map(({ reason, count }) => (
          <tr key={reason}>
            <th scope="row">
              <a href={toHash('decisions', undefined, { reason })}>
                <Shown text={reason} />
              </a>
              {isDenyReason(reason) && <span class="faint"> {DENY_ROWS[reason].message}</span>}
            </th>
            <td class="number">{formatCount(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const isDenyReason = (reason: string): reason is DenyReason => Object.hasOwn(DENY_ROWS, reason)

function LastDenials(): JSX.Element | null {
  const { answer } = useRecent(DENIALS, true)
  const nowMs = useNow(5_000)
  if (answer === undefined) return null
  return (
    <section class="panel">
      <h2>Last denials</h2>
      <DecisionTable
        decisions={answer.decisions.slice(0, SHOWN_DECISIONS)}
        nowMs={nowMs}
        linkOf={(id) => toHash('decisions', id)}
      />
      <p>
        <a href={toHash('decisions')}>All denials</a>
      </p>
    </section>
  )
}
