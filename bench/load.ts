/** Load from `wrk`, and its cost for the processes under load. */
import { createCpuMeter, type CpuMeter } from './cpu-of.ts'
import { readPeakMiB, resetPeak } from './memory-of.ts'
import { treeOf } from './process-tree.ts'
import type { Sample } from './rounds.ts'
import { type Load, startWrk, type WrkRun } from './wrk.ts'

/** A load, and the processes that it is for. */
export interface MeasuredLoad extends Load {
  /** The CPU time of these and of their descendants is counted. */
  readonly pids: readonly number[]
}

export interface LoadSample extends Sample {
  /** CPU time of wrk itself for a request. */
  readonly loaderNs: number
  /** Latency while all connections are always busy, so it depends on the throughput. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** Most resident memory of the processes under load. */
  readonly peakMiB: number
}

const WINDOW_MS = 200
// Connections are opened, and the first of them are served, before the first window.
const SETTLE_MS = 150
const POLL_MS = 5
/** More than wrk writes for other purposes while it starts. */
const FIRST_SENT = 100
/** Most time that wrk needs to read its tokens. */
const STARTING_MS = 15_000

/** Sends requests for a fixed time. Throws when an answer is not as expected. */
export async function measureLoad(load: MeasuredLoad): Promise<readonly LoadSample[]> {
  const pids = treeOf(load.pids)
  resetPeak(pids)
  const run = startWrk(load)
  const [windows, { p50Ms, p99Ms }] = await Promise.all([measureWindows(run, pids), run.report])
  const peakMiB = readPeakMiB(pids)
  return windows.map((window) => ({ ...window, p50Ms, p99Ms, peakMiB }))
}

type Window = Pick<LoadSample, 'cpuNs' | 'wallNs' | 'loaderNs'>

/** One sample for each window of the run: a disturbance spoils some windows, not the whole run. */
async function measureWindows(run: WrkRun, pids: readonly number[]): Promise<readonly Window[]> {
  const end = { isReached: false }
  // The caller awaits the report too, and gets its error.
  void run.report.catch(() => undefined).then(() => (end.isReached = true))
  const giveUpAt = performance.now() + STARTING_MS
  while (!end.isReached && run.sent() < FIRST_SENT && performance.now() < giveUpAt) await Bun.sleep(POLL_MS)
  await Bun.sleep(SETTLE_MS)
  const windows: Window[] = []
  const meters = { own: createCpuMeter(pids), loader: createCpuMeter([run.pid]) }
  for (let before = readState(run, meters); !end.isReached;) {
    await Bun.sleep(WINDOW_MS)
    const after = readState(run, meters)
    // In the last one wrk stops before the end.
    if (!end.isReached && after.sent > before.sent) windows.push(toWindow(before, after))
    before = after
  }
  return windows
}

interface State {
  readonly atMs: number
  readonly sent: number
  readonly cpuNs: number
  readonly loaderNs: number
}

const readState = (run: WrkRun, meters: Readonly<Record<'own' | 'loader', CpuMeter>>): State => ({
  atMs: performance.now(),
  sent: run.sent(),
  cpuNs: meters.own(),
  loaderNs: meters.loader(),
})

function toWindow(before: State, after: State): Window {
  const requests = after.sent - before.sent
  return {
    cpuNs: (after.cpuNs - before.cpuNs) / requests,
    wallNs: ((after.atMs - before.atMs) * 1e6) / requests,
    loaderNs: (after.loaderNs - before.loaderNs) / requests,
  }
}
