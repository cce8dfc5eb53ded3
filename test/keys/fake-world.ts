/** A world for key sources: a clock that stands still, timers that fire when the test lets them, a network that is closed. */
import type { Fetch, KeyDeps, KeyEvent, SnapshotFile } from '../../src/keys/key-deps.ts'

/** A snapshot that only this user could have written. */
export const OWN_SNAPSHOT: Omit<SnapshotFile, 'bytes'> = {
  mode: 0o600,
  isOwn: true,
  directory: { mode: 0o700, isOwn: true },
}

interface Timer {
  readonly fn: () => void
  readonly atMs: number
}

export interface FakeWorld {
  readonly deps: KeyDeps
  readonly events: KeyEvent[]
  /** Every URL that was fetched, in order. */
  readonly fetched: string[]
  /** Snapshots by path. */
  readonly snapshots: Map<string, SnapshotFile>
  /** Files by path; a path that is absent cannot be read. */
  readonly files: Map<string, Uint8Array>
  /** What the network answers; at first it refuses every connection. */
  answer: Fetch
  /** Moves the clock and fires the timers that come due, in order. */
  advance(ms: number): void
  /** The delays of the timers that are set, in milliseconds from now. */
  timers(): readonly number[]
}

export const START_MS = 1_800_000_000_000

export function createFakeWorld(): FakeWorld {
  let now = START_MS
  const timers = new Set<Timer>()
  const world: FakeWorld = {
    events: [],
    fetched: [],
    files: new Map(),
    snapshots: new Map(),
    answer: () => Promise.reject(Object.assign(new Error('closed'), { code: 'ECONNREFUSED' })),
    advance(ms) {
      const untilMs = now + ms
      for (;;) {
        const due = [...timers].filter((timer) => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (due === undefined) break
        timers.delete(due)
        now = due.atMs
        due.fn()
      }
      now = untilMs
    },
    timers: () => [...timers].map((timer) => timer.atMs - now).sort((a, b) => a - b),
    deps: {
      nowMs: () => now,
      fetch: (url, init) => {
        world.fetched.push(url)
        return world.answer(url, init)
      },
      readFileSync: (path) => {
        const bytes = world.files.get(path)
        if (bytes === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
        return bytes
      },
      snapshots: {
        read: (path) => world.snapshots.get(path),
        write: (path, bytes) => {
          world.snapshots.set(path, { bytes, ...OWN_SNAPSHOT })
          return Promise.resolve()
        },
      },
      setTimer: (fn, ms) => {
        const timer = { fn, atMs: now + ms }
        timers.add(timer)
        return () => void timers.delete(timer)
      },
      // The middle of the range: a refresh comes exactly at its interval.
      random: () => 0.5,
      onEvent: (event) => void world.events.push(event),
    },
  }
  return world
}

/** Waits for a state, turn by turn of the event loop. */
export async function until(isReached: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    if (isReached()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('the state was never reached')
}

/** Lets everything that can run without time passing run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

export const jsonResponse = (value: unknown, init: ResponseInit = {}): Response =>
  new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json' }, ...init })
