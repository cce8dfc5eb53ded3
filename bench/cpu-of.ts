/** CPU time of running processes, from the scheduler itself. */
import { readdirSync, readFileSync } from 'node:fs'

/**
 * Nanoseconds on a CPU so far, of all threads of these processes. Wall time means little on a busy machine; this
 * is what a request costs.
 */
export function readCpuNs(pids: readonly number[]): number {
  let total = 0
  for (const pid of pids) for (const task of tasksOf(pid)) total += readTaskNs(pid, task)
  return total
}

function tasksOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/task`)
}

/** The first of three fields: time spent on the CPU. */
function readTaskNs(pid: number, task: string): number {
  try {
    return Number.parseInt(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8'), 10)
  } catch {
    // A thread that ended between the listing and now.
    return 0
  }
}
