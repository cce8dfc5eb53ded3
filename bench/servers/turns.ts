/**
 * Preloaded into a measured process: notes the longest turns of its event loop. Each line of the file
 * `$TURNS/PID` is a turn: when it ended (epoch milliseconds), how long it took, and its CPU time, in milliseconds.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const TICK_MS = 1
/** Shorter turns are of no interest. */
const NOTED_MS = 1.5

/** CPU time of this thread, in milliseconds: another process on the core does not count. */
const cpuMs = (): number => Number.parseInt(readFileSync('/proc/thread-self/schedstat', 'latin1'), 10) / 1e6

const directory = process.env['TURNS']
if (directory !== undefined && isMainThread) {
  let last = performance.now()
  let lastCpu = cpuMs()
  setInterval(() => {
    const [wall, cpu] = [performance.now() - last - TICK_MS, cpuMs() - lastCpu]
    if (wall > NOTED_MS) appendFileSync(`${directory}/${process.pid}`, `${Date.now()} ${wall} ${cpu}\n`)
    last = performance.now()
    lastCpu = cpuMs()
  }, TICK_MS).unref()
}
