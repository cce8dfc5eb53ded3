/** What ten thousand routes cost before the first decision: time and memory. */
import { EFFORT } from './effort.ts'
import { readResidentMiB } from './memory-of.ts'
import { withBench, type Bench } from './processes.ts'
import { treeOf } from './process-tree.ts'
import { median } from './rounds.ts'
import type { Row } from './row.ts'
import type { Suite } from './suite.ts'
import { createMinter, type Minter } from './tokens.ts'
import { startWarder } from './warder-server.ts'

const FEW = 10
const MANY = 10_000
const STARTS = 3
// Lets the collector and the allocator release the garbage of the start.
const SETTLE_MS = 5_000

export const routeLoadSuite: Suite = {
  name: 'route-load',
  about: 'a start with 10,000 routes against one with 10: time and resident memory',
  run: () => withBench(compare),
}

async function compare(bench: Bench): Promise<readonly Row[]> {
  const minter = createMinter('ES256')
  const starts: Record<'few' | 'many', number[]> = { few: [], many: [] }
  for (let start = 0; start < Math.min(STARTS, EFFORT.rounds); start += 1) {
    starts.few.push(await timeStart(bench, minter, FEW))
    starts.many.push(await timeStart(bench, minter, MANY))
  }
  const [few, many] = [median(starts.few), median(starts.many)]
  const [fewMiB, manyMiB] = [await settledMiB(bench, minter, FEW), await settledMiB(bench, minter, MANY)]
  return [
    {
      what: '10,000 routes, load',
      measured: many - few,
      unit: 'ms',
      budget: { atMost: 300 },
      detail: `start to the first decision: ${many.toFixed(0)} ms with 10,000 routes, ${few.toFixed(0)} ms with 10`,
    },
    {
      what: '10,000 routes, memory above 10 routes',
      measured: manyMiB - fewMiB,
      unit: 'MiB',
      budget: { atMost: 40 },
      detail: `${manyMiB.toFixed(0)} MiB resident against ${fewMiB.toFixed(0)} MiB, 5 s after the first decision`,
    },
  ]
}

/** Milliseconds. */
async function timeStart(bench: Bench, minter: Minter, routes: number): Promise<number> {
  const { pid, startMs } = await startWarder(bench, { minter, routes })
  await bench.stop(pid)
  return startMs
}

async function settledMiB(bench: Bench, minter: Minter, routes: number): Promise<number> {
  const { pid } = await startWarder(bench, { minter, routes })
  await Bun.sleep(SETTLE_MS)
  const resident = treeOf([pid]).reduce((sum, process) => sum + readResidentMiB(process), 0)
  await bench.stop(pid)
  return resident
}
