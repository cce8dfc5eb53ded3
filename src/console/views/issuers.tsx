/** Issuers: the state of their keys, and what is known of each key. */
import type { JSX } from 'preact'
import type { HistoryAnswer, KeyMoment } from '../../admin/decision-record.ts'
import type { IssuerKeysReport, KeyReport } from '../../admin/keys-report.ts'
import type { KeysAnswer } from '../api/keys-answer.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Badge, type Tone } from '../parts/badge.tsx'
import { FailureNote } from '../parts/failure-note.tsx'
import { KeyLane } from '../parts/key-lane.tsx'
import { Shown } from '../parts/shown.tsx'
import { useNow } from '../parts/use-now.ts'
import { When } from '../parts/when.tsx'

export const KEYS_INTERVAL_MS = 5_000
const HISTORY_INTERVAL_MS = 30_000

const TONE_OF_KEYS: Readonly<Record<IssuerKeysReport['state'], Tone>> = {
  fresh: 'good',
  stale: 'warn',
  empty: 'bad',
  expired: 'bad',
}

export function IssuersView(): JSX.Element {
  const keys = useAnswer<KeysAnswer>('/v1/keys', KEYS_INTERVAL_MS)
  const history = useAnswer<HistoryAnswer>('/v1/history', HISTORY_INTERVAL_MS)
  const nowMs = useNow()
  const momentsOf = ({ name, source }: IssuerKeysReport): readonly KeyMoment[] =>
    history.answer?.issuers.find((one) => one.name === name && one.source === source)?.moments ?? []
  return (
    <>
      <FailureNote {...keys} />
      {keys.answer?.issuers.map((issuer) => (
        <IssuerPanel
          key={`${issuer.name} ${issuer.source}`}
          issuer={issuer}
          moments={momentsOf(issuer)}
          nowMs={nowMs}
        />
      ))}
    </>
  )
}

interface IssuerPanelProps {
  readonly issuer: IssuerKeysReport
  readonly moments: readonly KeyMoment[]
  readonly nowMs: number
}

function IssuerPanel({ issuer, moments, nowMs }: IssuerPanelProps): JSX.Element {
  const { name, source, state, loadedAt, lastError, origin, keys, ignored } = issuer
  return (
    <section class="panel" aria-label={`Issuer ${name}`}>
      <h2>
        <Shown text={name} /> <Badge tone={TONE_OF_KEYS[state]}>{state}</Badge>
      </h2>
      <dl class="facts">
        <dt>Key source</dt>
        <dd>
          <Shown text={source} />
        </dd>
        <dt>Loaded</dt>
        <dd>
          <When at={loadedAt} nowMs={nowMs} isAge />
          {origin === 'snapshot' && ' (kept by a previous run)'}
        </dd>
        {lastError !== null && (
          <>
            <dt>Last error</dt>
            <dd>
              <Shown text={lastError} />
            </dd>
          </>
        )}
      </dl>
      <KeyLane moments={moments} nowMs={nowMs} />
      <KeyTable keys={keys} nowMs={nowMs} />
      {ignored.length > 0 && (
        <>
          <h3>Rejected keys</h3>
          <ul>
            {ignored.map(({ kid, why }, index) => (
              <li key={index}>
                <Shown text={kid ?? 'without kid'} />: <Shown text={why} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

function KeyTable({ keys, nowMs }: { readonly keys: readonly KeyReport[]; readonly nowMs: number }) {
  if (keys.length === 0) return <p class="faint">No key yet.</p>
  return (
    <table class="stacked">
      <thead>
        <tr>
          {['Key', 'State', 'Type', 'Algorithms', 'First seen', 'Last seen', 'Last used'].map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {keys.map((key, index) => (
          <tr key={`${key.kid} ${key.thumbprint} ${index}`}>
            <th scope="row">
              <Shown text={key.kid ?? key.thumbprint ?? 'secret'} />
            </th>
            <td data-label="State">
              <Badge tone={key.inForce ? 'good' : 'plain'}>{key.inForce ? 'in force' : 'gone'}</Badge>
            </td>
            <td data-label="Type">
              <Shown text={key.type} />
            </td>
            <td data-label="Algorithms">
              <Shown text={key.algorithms.join(', ')} />
            </td>
            <td data-label="First seen">
              <When at={key.firstSeen} nowMs={nowMs} isAge />
            </td>
            <td data-label="Last seen">
              <When at={key.lastSeen} nowMs={nowMs} isAge />
            </td>
            <td data-label="Last used">
              <When at={key.lastUsed} nowMs={nowMs} isAge />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
