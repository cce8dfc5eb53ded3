/** How long the event loop of this process was held up. */
import type { ReadValues } from './registry.ts'

/** Between two looks, in milliseconds: whatever takes longer is noticed for certain. */
const LOOK_MS = 100

/** Parts of the window, and how long each of them is: 15 s in all, the usual interval of scrapes. */
const PARTS = 3
const PART_MS = 5_000

export interface LoopLag {
  readonly read: ReadValues
  stop(): void
}

/**
 * Looks at the clock ten times a second.
 *
 * @param monotonicMs A clock that never goes back.
 */
export function watchLoopLag(monotonicMs: () => number): LoopLag {
  let parts: readonly number[] = [0]
  let partEndsMs = monotonicMs() + PART_MS
  let last = monotonicMs()
  const look = (): void => {
    const now = monotonicMs()
    const lag = Math.max(0, now - last - LOOK_MS)
    last = now
    const isOver = now >= partEndsMs
    if (isOver) partEndsMs = now + PART_MS
    const [newest = 0, ...older] = parts
    parts = isOver ? [lag, newest, ...older].slice(0, PARTS) : [Math.max(newest, lag), ...older]
  }
  const timer = setInterval(look, LOOK_MS)
  timer.unref()
  return {
    read: (write) => write('warder_event_loop_lag_seconds', [], Math.max(...parts) / 1_000),
    stop: () => clearInterval(timer),
  }
}
