/** Decisions, one in each row; a row opens its explanation. */
import type { JSX } from 'preact'
import type { DecisionRecord } from '../../admin/decision-record.ts'
import { useConsole } from '../api/console-context.ts'
import { formatMs, zoneName } from '../format.ts'
import { Badge } from './badge.tsx'
import { Shown } from './shown.tsx'
import { When } from './when.tsx'

interface DecisionTableProps {
  readonly decisions: readonly DecisionRecord[]
  readonly nowMs: number
  readonly linkOf: (id: string) => string
}

export function DecisionTable({ decisions, nowMs, linkOf }: DecisionTableProps): JSX.Element {
  const { isUtc } = useConsole()
  if (decisions.length === 0) return <p class="faint">No decision that matches.</p>
  return (
    <table class="stacked decisions">
      <thead>
        <tr>
          <th scope="col">Time ({zoneName(isUtc, nowMs)})</th>
          <th scope="col">Decision</th>
          <th scope="col">Request</th>
          <th scope="col">Route</th>
          <th scope="col">Issuer</th>
          <th scope="col">Client</th>
          <th scope="col">Caller</th>
          <th scope="col" class="number">
            Duration
          </th>
        </tr>
      </thead>
      <tbody>
        {decisions.map((decision) => (
          <DecisionRow key={decision.id} decision={decision} nowMs={nowMs} link={linkOf(decision.id)} />
        ))}
      </tbody>
    </table>
  )
}

interface DecisionRowProps {
  readonly decision: DecisionRecord
  readonly nowMs: number
  readonly link: string
}

function DecisionRow({ decision, nowMs, link }: DecisionRowProps): JSX.Element {
  const { outcome, status, reason, method, host, path, route, issuer, client, caller, durationMs } = decision
  return (
    <tr class="opens" onClick={(event) => open(event, link)}>
      <th scope="row">
        <a href={link}>
          <When at={decision.timeMs} nowMs={nowMs} />
          <span class="hidden">, explain this decision</span>
        </a>
      </th>
      <td data-label="">
        <Badge tone={outcome === 'allow' ? 'good' : 'bad'}>
          {outcome} {status}
        </Badge>{' '}
        <Shown text={reason} />
      </td>
      <td data-label="Request" class="request">
        <Shown text={method} /> <Shown text={`${host ?? ''}${path ?? ''}`} />
      </td>
      <td data-label="Route">
        <Shown text={route} />
      </td>
      <td data-label="Issuer" class="more">
        <Shown text={issuer} />
      </td>
      <td data-label="Client" class="more">
        <Shown text={client} />
      </td>
      <td data-label="Caller" class="more">
        <Shown text={caller} />
      </td>
      <td data-label="Duration" class="number more">
        {formatMs(durationMs)}
      </td>
    </tr>
  )
}

/** For a pointer anywhere in the row; the keyboard has the link. */
function open(event: MouseEvent, link: string): void {
  if (event.target instanceof Element && event.target.closest('a') !== null) return
  if (getSelection()?.isCollapsed === false) return
  location.hash = link
}
