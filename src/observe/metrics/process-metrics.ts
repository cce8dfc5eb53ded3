/** What this process takes of the machine. */
import { readdirSync, readFileSync } from 'node:fs'
import type { ReadValues } from './registry.ts'

/** When this process started, in epoch seconds. */
const STARTED_SECONDS = Math.round(Date.now() - process.uptime() * 1_000) / 1_000

/** CPU time, memory and descriptors, as other programs name them. Without /proc there are no descriptors. */
export const readProcessMetrics: ReadValues = (write) => {
  const { user, system } = process.cpuUsage()
  write('process_cpu_seconds_total', [], (user + system) / 1e6)
  write('process_resident_memory_bytes', [], residentBytes())
  const fds = openFds()
  if (fds !== undefined) write('process_open_fds', [], fds)
  write('process_start_time_seconds', [], STARTED_SECONDS)
}

/** The runtime's own number is the most that there ever was. */
function residentBytes(): number {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]
    if (kibibytes !== undefined) return Number(kibibytes) * 1_024
  } catch {
    // Another system.
  }
  return process.memoryUsage.rss()
}

function openFds(): number | undefined {
  try {
    // Without the one by which they are read.
    return readdirSync('/proc/self/fd').length - 1
  } catch {
    return undefined
  }
}
