/** A table of many rows of one height, of which only those in sight are in the page. */
import type { ComponentChildren, JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

interface VirtualRowsProps<T> {
  /** For a screen reader. */
  readonly label: string
  /** A class of tables.css, which has the columns. */
  readonly kind: string
  readonly rows: readonly T[]
  /** The cells of a row, each with its role. */
  readonly drawRow: (row: T) => ComponentChildren
  /** The same for the headings. */
  readonly head: ComponentChildren
}

/** Rows drawn above and below those in sight, for the keyboard and for fast scrolling. */
const SPARE = 8

export function VirtualRows<T>({ label, kind, rows, drawRow, head }: VirtualRowsProps<T>): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null)
  const sight = useSight(scroller)
  const first = Math.max(0, Math.floor(sight.top / sight.rowHeight) - SPARE)
  const count = Math.ceil(sight.height / sight.rowHeight) + 2 * SPARE
  const last = Math.min(rows.length, first + count)
  return (
    // It scrolls with the keys, so it takes the focus.
    <div ref={scroller} class={`virtual ${kind}`} tabIndex={0} role="region" aria-label={label}>
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1}>
        <div role="row" class="virtual-row virtual-head" aria-rowindex={1}>
          {head}
        </div>
        <div role="rowgroup" style={{ height: `${rows.length * sight.rowHeight}px`, position: 'relative' }}>
          {rows.slice(first, last).map((row, index) => (
            <div
              key={first + index}
              role="row"
              class="virtual-row"
              aria-rowindex={first + index + 2}
              style={{
                position: 'absolute',
                top: `${(first + index) * sight.rowHeight}px`,
                left: 0,
                right: 0,
              }}
            >
              {drawRow(row)}
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}

interface Sight {
  readonly top: number
  readonly height: number
  /** Set by the style, which has another one for a phone. */
  readonly rowHeight: number
}

function useSight(scroller: { readonly current: HTMLDivElement | null }): Sight {
  const [sight, setSight] = useState<Sight>({ top: 0, height: 600, rowHeight: 40 })
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    const measure = (): void => {
      const rowHeight = Number.parseFloat(getComputedStyle(element).getPropertyValue('--row-height')) || 40
      setSight({ top: element.scrollTop, height: element.clientHeight, rowHeight })
    }
    measure()
    const resized = new ResizeObserver(measure)
    resized.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      resized.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [scroller])
  return sight
}
