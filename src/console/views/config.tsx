/** Config: what is in force, the warnings about it, and what runs it. */
import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { printable } from '../../printable.ts'
import type { StatusReport } from '../../admin/status-route.ts'
import type { ConfigAnswer } from '../api/config-answer.ts'
import { useAnswer, type Answered } from '../api/use-answer.ts'
import { DiagnosticList } from '../parts/diagnostic-list.tsx'
import { FailureNote } from '../parts/failure-note.tsx'
import { FilterBar } from '../parts/filter-bar.tsx'
import { Shown } from '../parts/shown.tsx'
import { StatusFacts } from '../parts/status-facts.tsx'
import { VirtualRows } from '../parts/virtual-rows.tsx'
import { filterRows, listSettings, type SettingRow } from '../setting-rows.ts'

const STATUS_INTERVAL_MS = 5_000

export function ConfigView(): JSX.Element {
  const status = useAnswer<StatusReport>('/v1/status', STATUS_INTERVAL_MS)
  const digest = status.answer?.config.digest
  const config = useConfig(digest)
  return (
    <>
      <FailureNote {...status} />
      {status.answer && <StatusFacts status={status.answer} />}
      {status.answer && <Diagnostics {...status.answer} />}
      <FailureNote {...config} />
      {config.answer && <Settings answer={config.answer} />}
    </>
  )
}

const CONFLICT = 409

/** Asked for again after a reload. A large configuration is not answered with the origins of its settings. */
function useConfig(digest: string | undefined): Answered<ConfigAnswer> {
  const full = useAnswer<ConfigAnswer>(digest === undefined ? undefined : `/v1/config?origins#${digest}`)
  const isTooLarge = full.failure?.status === CONFLICT
  const plain = useAnswer<ConfigAnswer>(isTooLarge ? `/v1/config#${digest}` : undefined)
  return isTooLarge ? plain : full
}

function Diagnostics({ config, lastReload }: StatusReport): JSX.Element | null {
  const errors = lastReload?.result === 'refused' ? lastReload.errors : []
  if (errors.length + config.warnings.length === 0) return null
  return (
    <section class="panel" aria-label="Diagnostics">
      {errors.length > 0 && <h2>Why the last reload was refused</h2>}
      <DiagnosticList diagnostics={errors} />
      {config.warnings.length > 0 && <h2>Warnings about the configuration in force</h2>}
      <DiagnosticList diagnostics={config.warnings} />
    </section>
  )
}

function Settings({ answer }: { readonly answer: ConfigAnswer }): JSX.Element {
  const [wanted, setWanted] = useState('')
  const all = useMemo(() => listSettings(answer), [answer])
  const rows = useMemo(() => filterRows(all, wanted, textOf), [all, wanted])
  return (
    <section aria-labelledby="settings">
      <h2 id="settings">Settings in force, secrets masked</h2>
      <FilterBar value={wanted} onChange={setWanted} shown={rows.length} total={all.length} what="settings" />
      <VirtualRows
        label="Settings in force"
        kind="settings"
        rows={rows}
        drawRow={drawSetting}
        head={
          <>
            <span role="columnheader">Setting</span>
            <span role="columnheader">Value</span>
            <span role="columnheader">From</span>
          </>
        }
      />
    </section>
  )
}

const textOf = ({ pointer, value, from }: SettingRow): string => `${pointer} ${value} ${from}`

const drawSetting = ({ pointer, value, from }: SettingRow): JSX.Element => (
  <>
    <span role="rowheader" title={printable(pointer)}>
      <Shown text={pointer} />
    </span>
    <span role="cell" title={printable(value)}>
      <Shown text={value} />
    </span>
    <span role="cell" title={printable(from)} class="faint">
      <Shown text={from} />
    </span>
  </>
)
