/** CPU time of running processes, from the scheduler itself. */
import { readIfThere, tasksOf } from './process-tree.ts'

/**
 * Nanoseconds on a CPU so far, of all threads of these processes. Wall time means little on a busy machine; this
 * is what a request costs.
 */
export function readCpuNs(pids: readonly number[]): number {
  let total = 0
  for (const pid of pids) for (const task of tasksOf(pid)) total += readTaskNs(pid, task)
  return total
}

/** The first of three fields: time spent on the CPU. 0 for a thread that ended between the listing and now. */
const readTaskNs = (pid: number, task: string): number =>
  Number.parseInt(readIfThere(`/proc/${pid}/task/${task}/schedstat`) || '0', 10)
