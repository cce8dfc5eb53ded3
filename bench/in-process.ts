/** Operations in this process, repeated for a fixed time. */
import type { Sample } from './rounds.ts'

/**
 * @param runMs At least so long.
 * @param pass Does some operations and returns how many.
 */
export async function measureHere(runMs: number, pass: () => number | Promise<number>): Promise<Sample> {
  // So that nothing pays for the garbage of what ran before.
  Bun.gc(true)
  // Of all threads, the runtime's helpers and those that have ended included.
  const before = process.cpuUsage()
  const startedAt = performance.now()
  let done = 0
  while (performance.now() - startedAt < runMs) done += await pass()
  const wallNs = (performance.now() - startedAt) * 1e6
  const { user, system } = process.cpuUsage(before)
  return { cpuNs: ((user + system) * 1000) / done, wallNs: wallNs / done }
}
