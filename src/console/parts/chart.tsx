/** A plot over time, with a legend that has the values under the pointer, or the last ones. */
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { useConsole } from '../api/console-context.ts'
import { formatClock, formatTimeOfDay } from '../format.ts'
import { Shown } from './shown.tsx'
import { stack } from './stack.ts'

export interface PlotSeries {
  readonly name: string
  /** One for each time; null: there is none. */
  readonly values: readonly (number | null)[]
  /** A class of charts.css, which has its colour. */
  readonly colour: string
}

interface ChartProps {
  /** For a screen reader: what is plotted. */
  readonly label: string
  /** Epoch milliseconds, ascending. */
  readonly timesMs: readonly number[]
  readonly series: readonly PlotSeries[]
  /** Areas on top of each other; else lines. */
  readonly isStacked?: boolean
  /** For values of several magnitudes. */
  readonly isLog?: boolean
  readonly format: (value: number) => string
}

const HEIGHT = 170
// Its enumeration is gone before the program runs.
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment
const LOGARITHMIC: uPlot.Scale.Distr = 3

export function Chart(props: ChartProps): JSX.Element {
  const { label, timesMs, series, format } = props
  const [index, setIndex] = useState<number>()
  const { isUtc } = useConsole()
  const holder = useRef<HTMLDivElement>(null)
  const names = series.map(({ name }) => name).join('\n')
  usePlot(holder, props, names, setIndex)
  const shown = index ?? timesMs.length - 1
  const timeMs = timesMs[shown]
  return (
    <figure class="chart" aria-label={label}>
      <div ref={holder} aria-hidden="true" class="plot" />
      <figcaption>
        <span class="faint">
          {timeMs === undefined ? 'No data yet' : formatTimeOfDay(timeMs, isUtc, timesMs.at(-1) ?? timeMs)}
        </span>
        <ul class="legend">
          {series.map(({ name, colour, values }) => {
            const value = values[shown]
            return (
              <li key={name}>
                <span class={`swatch ${colour}`} aria-hidden="true" />
                <Shown text={name} isProse />{' '}
                <b>{value === null || value === undefined ? '–' : format(value)}</b>
              </li>
            )
          })}
        </ul>
      </figcaption>
    </figure>
  )
}

/** Draws into the holder: anew for other series, and otherwise only the data. */
function usePlot(
  holder: { readonly current: HTMLDivElement | null },
  props: ChartProps,
  names: string,
  onIndex: (index: number | undefined) => void,
): void {
  const plot = useRef<uPlot | undefined>(undefined)
  const { isUtc } = useConsole()
  const latest = useRef(props)
  latest.current = props
  useEffect(() => {
    const element = holder.current
    if (element === null) return undefined
    const drawn = new uPlot(
      optionsOf(element, latest.current, isUtc, onIndex),
      dataOf(latest.current),
      element,
    )
    plot.current = drawn
    const resized = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }))
    resized.observe(element)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const redraw = (): void => drawn.redraw(false, true)
    scheme.addEventListener('change', redraw)
    return () => {
      resized.disconnect()
      scheme.removeEventListener('change', redraw)
      drawn.destroy()
      plot.current = undefined
    }
  }, [holder, names, isUtc, props.isStacked, props.isLog, onIndex])
  useEffect(() => plot.current?.setData(dataOf(props)), [props.timesMs, props.series])
}

function dataOf({ timesMs, series, isStacked }: ChartProps): uPlot.AlignedData {
  const values = series.map((one) => one.values)
  const drawn = isStacked === true ? stack(values).toReversed() : values
  return [timesMs.map((ms) => ms / 1_000), ...drawn.map((one) => [...one])]
}

function optionsOf(
  element: HTMLElement,
  { series, isStacked = false, isLog = false, format }: ChartProps,
  isUtc: boolean,
  onIndex: (index: number | undefined) => void,
): uPlot.Options {
  const colourOf = (name: string): string => {
    const swatch = element.parentElement?.querySelector(`.swatch.${name}`)
    return swatch ? getComputedStyle(swatch).color : 'gray'
  }
  const lines = series.map(({ colour }): uPlot.Series => {
    const stroke = (): string => colourOf(colour)
    return { stroke, width: 1.5, points: { show: false }, ...(isStacked && { fill: stroke }) }
  })
  const axis: uPlot.Axis = {
    stroke: () => getComputedStyle(element).color,
    grid: { stroke: () => getComputedStyle(element).borderTopColor, width: 1 },
    ticks: { show: false },
  }
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { show: !isStacked } },
    scales: {
      y: isLog ? { distr: LOGARITHMIC } : { range: (_plot, _min, max) => [0, Math.max(max * 1.05, 1e-9)] },
    },
    series: [{}, ...(isStacked ? lines.toReversed() : lines)],
    axes: [
      {
        ...axis,
        space: 70,
        values: (_plot, ticks, _axis, _space, stepSeconds) =>
          ticks.map((tick: number) => formatClock(tick * 1_000, isUtc, stepSeconds < 60)),
      },
      {
        ...axis,
        size: 64,
        values: (_plot, ticks) => ticks.map((tick: number | null) => (tick === null ? '' : format(tick))),
      },
    ],
    tzDate: (seconds) =>
      isUtc ? uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC') : new Date(seconds * 1_000),
    hooks: { setCursor: [({ cursor }) => onIndex(cursor.idx ?? undefined)] },
  }
}
