/** What another process holds, as Linux counts it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Resident now, in bytes. */
export const residentBytes = (pid: number): number => readStatus(pid, 'VmRSS')

/** The most that was resident since {@link forgetPeak}, in bytes: the kernel misses no moment. */
export const peakBytes = (pid: number): number => readStatus(pid, 'VmHWM')

/** The peak counts from now on. @see proc(5), clear_refs */
export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5')

/** Open files and sockets. */
export const openDescriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

function readStatus(pid: number, field: string): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(
    readFileSync(`/proc/${pid}/status`, 'latin1'),
  )
  if (found === null) throw new Error(`no ${field} of process ${pid}`)
  return Number(found[1]) * 1024
}
