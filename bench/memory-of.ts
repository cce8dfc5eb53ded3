/** Memory of running processes, as the kernel counts it. */
import { writeFileSync } from 'node:fs'
import { readIfThere } from './process-tree.ts'

/** Resident memory of a process in MiB; 0 if it has ended. */
export const readResidentMiB = (pid: number): number => readMiB(pid, 'VmRSS')

/** The peak resident memory of these processes since {@link resetPeak}, each at its own peak. */
export const readPeakMiB = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + readMiB(pid, 'VmHWM'), 0)

/** Resets the peaks of those that are still there. */
export function resetPeak(pids: readonly number[]): void {
  // 5 resets the high-water mark and nothing else (proc_pid_clear_refs(5)).
  for (const pid of pids) if (readMiB(pid, 'VmHWM') > 0) writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

function readMiB(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readIfThere(`/proc/${pid}/status`)
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) / 1024
}
