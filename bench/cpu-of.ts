/** CPU time of running processes, from the scheduler itself. */
import { readIfThere, tasksOf } from './process-tree.ts'

/**
 * Nanoseconds on a CPU since the first call, of all threads of these processes. Wall time means little on a busy
 * machine; this is what a request costs.
 */
export type CpuMeter = () => number

/**
 * A thread that has ended takes its count with it, and runtimes end idle helpers. So the meter remembers what it has
 * seen of each thread; only what a thread did after the last call before its end is lost.
 */
export function createCpuMeter(pids: readonly number[]): CpuMeter {
  /** Thread → its first and its last count. */
  const seen = new Map<string, { readonly first: number; last: number }>()
  const read = (isFirst: boolean): void => {
    for (const pid of pids) {
      for (const task of tasksOf(pid)) {
        const ns = readTaskNs(pid, task)
        const known = seen.get(task)
        // A thread that was not there before has done everything since then.
        if (known === undefined) seen.set(task, { first: isFirst ? ns : 0, last: ns })
        else known.last = Math.max(known.last, ns)
      }
    }
  }
  read(true)
  return () => {
    read(false)
    let total = 0
    for (const { first, last } of seen.values()) total += last - first
    return total
  }
}

/** The first of three fields: time spent on the CPU. 0 for a thread that ended between the listing and now. */
const readTaskNs = (pid: number, task: string): number =>
  Number.parseInt(readIfThere(`/proc/${pid}/task/${task}/schedstat`) || '0', 10)
