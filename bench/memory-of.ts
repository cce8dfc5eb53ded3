/** Memory of running processes, as the kernel counts it. */
import { readFileSync, writeFileSync } from 'node:fs'

/** Resident memory of a process in MiB. */
export const readResidentMiB = (pid: number): number => readMiB(pid, 'VmRSS')

/** The peak resident memory of these processes since {@link resetPeak}, each at its own peak. */
export const readPeakMiB = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + readMiB(pid, 'VmHWM'), 0)

/** Resets the peaks. */
export function resetPeak(pids: readonly number[]): void {
  // 5 resets the high-water mark and nothing else (proc_pid_clear_refs(5)).
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

function readMiB(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kib = new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1]
  return Number(kib ?? Number.NaN) / 1024
}
