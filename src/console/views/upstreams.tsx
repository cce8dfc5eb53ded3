/** Upstreams: the servers that the gateway asks, and whether it may. */
import type { JSX } from 'preact'
import type { MergedServer } from '../../admin/upstreams-route.ts'
import type { UpstreamsAnswer } from '../api/upstreams-answer.ts'
import { useAnswer } from '../api/use-answer.ts'
import { formatCount, formatSpan } from '../format.ts'
import { Badge, type Tone } from '../parts/badge.tsx'
import { FailureNote } from '../parts/failure-note.tsx'
import { Shown } from '../parts/shown.tsx'

export const UPSTREAMS_INTERVAL_MS = 5_000

const TONES: Readonly<Record<MergedServer['state'], Tone>> = {
  healthy: 'good',
  mixed: 'warn',
  ejected: 'bad',
  down: 'bad',
}

export function UpstreamsView(): JSX.Element {
  const upstreams = useAnswer<UpstreamsAnswer>('/v1/upstreams', UPSTREAMS_INTERVAL_MS)
  const { answer } = upstreams
  return (
    <>
      <FailureNote {...upstreams} />
      {answer !== undefined && <ServerPanel servers={answer.servers} />}
      {answer !== undefined && answer.authServices.length > 0 && (
        <ServicePanel services={answer.authServices} />
      )}
    </>
  )
}

const SERVER_HEADS = [
  'Upstream',
  'Server',
  'Address',
  'State',
  'Left alone',
  'Exchanges now',
  'Ejections',
] as const

function ServerPanel({ servers }: { readonly servers: readonly MergedServer[] }): JSX.Element {
  if (servers.length === 0)
    return <p class="faint">None: this Warder is not a gateway, or none of its routes has an upstream.</p>
  return (
    <section class="panel" aria-label="Servers">
      <table class="stacked">
        <thead>
          <tr>
            {SERVER_HEADS.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {servers.map((one) => (
            <tr key={`${one.upstream} ${one.server} ${one.address}`}>
              <th scope="row">
                <Shown text={one.upstream} />
              </th>
              <td data-label="Server">
                <Shown text={one.server} />
              </td>
              <td data-label="Address">
                <Shown text={one.address} />
              </td>
              <td data-label="State">
                <Badge tone={TONES[one.state]}>{one.state}</Badge> <HealthCheck {...one} />
              </td>
              <td data-label="Left alone">
                {one.leftAloneBy === 0
                  ? 'no'
                  : `by ${one.leftAloneBy} of ${one.processes} processes${pauseOf(one)}`}
              </td>
              <td data-label="Exchanges now">{formatCount(one.active)}</td>
              <td data-label="Ejections">{formatCount(one.ejections)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const pauseOf = ({ ejectedForMs }: MergedServer): string =>
  ejectedForMs === 0 ? '' : `, for another ${formatSpan(ejectedForMs)}`

function HealthCheck({ isUp }: MergedServer): JSX.Element {
  const text = isUp === null ? 'without a health check' : isUp ? 'health check passed' : 'health check failed'
  return <span class="faint">{text}</span>
}

interface ServicePanelProps {
  readonly services: UpstreamsAnswer['authServices']
}

function ServicePanel({ services }: ServicePanelProps): JSX.Element {
  return (
    <section class="panel" aria-labelledby="auth-services">
      <h2 id="auth-services">Auth services</h2>
      <table class="stacked">
        <thead>
          <tr>
            {['Service', 'Allowed', 'Denied', 'Failed', 'Remembered'].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {services.map(({ service, questions }) => (
            <tr key={service}>
              <th scope="row">
                <Shown text={service} />
              </th>
              <td data-label="Allowed">{formatCount(questions.allowed)}</td>
              <td data-label="Denied">{formatCount(questions.denied)}</td>
              <td data-label="Failed">{formatCount(questions.failed)}</td>
              <td data-label="Remembered">{formatCount(questions.remembered)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
