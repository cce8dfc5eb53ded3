/** From the start of the process to its first decision, with keys in a local file. */
import { existsSync } from 'node:fs'
import { missingRow, type Row } from './row.ts'
import { withBench } from './processes.ts'
import { median } from './rounds.ts'
import type { Suite } from './suite.ts'
import { createMinter } from './tokens.ts'
import { WARDER_BINARY, WARDER_FROM_SOURCE } from './warder-command.ts'
import { startWarder } from './warder-server.ts'
import { hasWorkersSetting } from './workers-setting.ts'

const STARTS = 7
const BUDGET_MS = 150
const NOT_BUILT = { missing: 'not built: npm run build' }

export const startSuite: Suite = {
  name: 'start',
  about: 'from the start of the process to the first decision, with local keys',
  async run() {
    const rows = [await measureStart('from source', WARDER_FROM_SOURCE, 1)]
    const ofBinary = 'dist/warder'
    if (!existsSync(WARDER_BINARY)) rows.push(missingRow(nameOf(ofBinary), NOT_BUILT, BUDGET_MS))
    else rows.push(await measureStart(ofBinary, [WARDER_BINARY], 1))
    if (existsSync(WARDER_BINARY) && (await hasWorkersSetting()))
      rows.push(await measureStart(`${ofBinary}, workers: auto`, [WARDER_BINARY], 'auto'))
    return rows
  },
}

const nameOf = (what: string): string => `start to first decision, ${what}`

async function measureStart(what: string, command: readonly string[], workers: 1 | 'auto'): Promise<Row> {
  const minter = createMinter('ES256')
  const times = await withBench(async (bench) => {
    const taken: number[] = []
    for (let start = 0; start < STARTS; start += 1) {
      const { pid, startMs } = await startWarder(bench, { minter, command, workers })
      taken.push(startMs)
      await bench.stop(pid)
    }
    return taken
  })
  return {
    what: nameOf(what),
    measured: median(times),
    unit: 'ms',
    budget: { atMost: BUDGET_MS },
    detail: `median of ${times.map((time) => time.toFixed(0)).join(', ')}`,
  }
}
