/** One line: what is running, since when, with which configuration. */
import type { JSX } from 'preact'
import type { StatusReport } from '../../admin/status-route.ts'
import { toHash } from '../hash-route.ts'
import { Badge } from './badge.tsx'
import { Shown } from './shown.tsx'
import { When } from './when.tsx'

interface StateLineProps {
  readonly status: StatusReport
  readonly nowMs: number
}

export function StateLine({ status, nowMs }: StateLineProps): JSX.Element {
  const { version, startedAt, isReady, config, workers, issuers } = status
  const names = new Set(issuers.map(({ name }) => name))
  return (
    <p class="bar">
      <Badge tone={isReady ? 'good' : 'bad'}>{isReady ? 'ready' : 'not ready'}</Badge>
      <span>
        Warder {version}, started <When at={startedAt} nowMs={nowMs} isAge />
      </span>
      <span>
        config{' '}
        <a href={toHash('config')}>
          <Shown text={config.digest} />
        </a>
        , loaded <When at={config.loadedAt} nowMs={nowMs} isAge />
      </span>
      <span>{counted(names.size, 'issuer')}</span>
      {workers.length > 0 && <span>{counted(workers.length, 'worker')}</span>}
    </p>
  )
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
