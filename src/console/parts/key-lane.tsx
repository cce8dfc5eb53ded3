/** What happened to the keys of a source, on a line of time: loads, rotations and outages. */
import type { JSX } from 'preact'
import type { KeyMoment } from '../../admin/decision-record.ts'
import { formatAge } from '../format.ts'
import { findOutages } from '../outages.ts'
import { Shown } from './shown.tsx'
import { When } from './when.tsx'

interface KeyLaneProps {
  readonly moments: readonly KeyMoment[]
  readonly nowMs: number
}

const HOUR_MS = 3_600_000
/** Units of the drawing, which is stretched to the width of its place. */
const WIDTH = 1_000

const TEXTS: Readonly<Record<KeyMoment['type'], string>> = {
  loaded: 'keys loaded',
  failed: 'load failed',
  rotated: 'keys rotated',
  recovered: 'recovered',
}

export function KeyLane({ moments, nowMs }: KeyLaneProps): JSX.Element | null {
  if (moments.length === 0) return null
  const startMs = Math.min(moments[0]?.timeMs ?? nowMs, nowMs - HOUR_MS)
  const x = (timeMs: number): number => ((timeMs - startMs) / (nowMs - startMs)) * WIDTH
  const outages = findOutages(moments, nowMs)
  const rotations = moments.filter(({ type }) => type === 'rotated').length
  const label = `Since ${formatAge(startMs, nowMs)}: ${rotations} rotations, ${outages.length} outages`
  return (
    <div>
      <svg class="lane" viewBox={`0 0 ${WIDTH} 28`} preserveAspectRatio="none" role="img" aria-label={label}>
        <rect class="base" x="0" y="10" width={WIDTH} height="8" />
        {outages.map(({ fromMs, toMs }) => (
          <rect
            key={fromMs}
            class="outage"
            x={x(fromMs)}
            y="7"
            width={Math.max(2, x(toMs) - x(fromMs))}
            height="14"
          />
        ))}
        {moments.map(({ timeMs, type }, index) =>
          type === 'failed' ? null : (
            <rect
              key={index}
              class={type === 'rotated' ? 'rotation' : 'load'}
              x={Math.min(WIDTH - 3, x(timeMs))}
              y={type === 'rotated' ? 2 : 8}
              width="3"
              height={type === 'rotated' ? 24 : 12}
            />
          ),
        )}
      </svg>
      <details>
        <summary>{label}</summary>
        <ul class="notes">
          {moments.toReversed().map(({ timeMs, type, detail }, index) => (
            <li key={index}>
              <When at={timeMs} nowMs={nowMs} /> {TEXTS[type]} {detail !== null && <Shown text={detail} />}
            </li>
          ))}
        </ul>
      </details>
    </div>
  )
}
