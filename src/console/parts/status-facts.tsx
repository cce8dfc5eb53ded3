/** What runs: versions, listeners, workers, the last reload. */
import type { JSX } from 'preact'
import type { StatusReport } from '../../admin/status-route.ts'
import { Badge } from './badge.tsx'
import { Shown } from './shown.tsx'
import { useNow } from './use-now.ts'
import { When } from './when.tsx'

export function StatusFacts({ status }: { readonly status: StatusReport }): JSX.Element {
  const nowMs = useNow(5_000)
  const { version, runtime, startedAt, config, lastReload, listeners, workers } = status
  return (
    <section class="panel" aria-label="What runs">
      <dl class="facts">
        <dt>Version</dt>
        <dd>
          Warder {version}, {runtime}, started <When at={startedAt} nowMs={nowMs} isAge />
        </dd>
        <dt>File</dt>
        <dd>
          <Shown text={config.file} /> ({config.format})
        </dd>
        <dt>Digest</dt>
        <dd>
          <Shown text={config.digest} />, loaded <When at={config.loadedAt} nowMs={nowMs} isAge />
        </dd>
        <dt>Last reload</dt>
        <dd>
          {lastReload === null ? (
            'none since the start'
          ) : (
            <>
              <Badge tone={isBad(lastReload.result) ? 'bad' : 'good'}>{lastReload.result}</Badge>, by{' '}
              {lastReload.cause}, <When at={lastReload.at} nowMs={nowMs} isAge />
            </>
          )}
        </dd>
        <dt>Listeners</dt>
        <dd>
          {listeners.map(({ kind, address }) => (
            <div key={kind + address}>
              {kind} <Shown text={address} />
            </div>
          ))}
        </dd>
        <dt>Workers</dt>
        <dd>
          {workers.length === 0 && 'one process serves'}
          {workers.map(({ number, pid, isServing, lastEnd }) => (
            <div key={number}>
              {number}: {isServing ? `process ${pid ?? '–'}` : 'starting'}{' '}
              {lastEnd !== null && (
                <span class="faint">
                  the previous process ended: <Shown text={lastEnd} isProse />
                </span>
              )}
            </div>
          ))}
        </dd>
      </dl>
    </section>
  )
}

const isBad = (result: string): boolean => result === 'refused' || result === 'failed'
