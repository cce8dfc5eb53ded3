/** From the start of the process to its first decision, with keys in a local file. */
import { existsSync } from 'node:fs'
import { withBench } from './processes.ts'
import { median } from './rounds.ts'
import type { Suite } from './suite.ts'
import type { Row } from './row.ts'
import { createMinter } from './tokens.ts'
import { WARDER_BINARY, WARDER_FROM_SOURCE } from './warder-command.ts'
import { startWarder } from './warder-server.ts'

const STARTS = 5

export const startSuite: Suite = {
  name: 'start',
  about: 'from the start of the process to the first decision, with local keys',
  async run() {
    const rows = [await measureStart('from source', WARDER_FROM_SOURCE)]
    // A binary that was not built yet is not an error.
    if (existsSync(WARDER_BINARY)) rows.push(await measureStart('dist/warder', [WARDER_BINARY]))
    return rows
  },
}

async function measureStart(what: string, command: readonly string[]): Promise<Row> {
  const minter = createMinter('ES256')
  const times = await withBench(async (bench) => {
    const taken: number[] = []
    for (let start = 0; start < STARTS; start += 1) {
      const startedAt = performance.now()
      const { pid } = await startWarder(bench, { minter, command })
      taken.push(performance.now() - startedAt)
      await bench.stop(pid)
    }
    return taken
  })
  return {
    what: `start, ${what}, to the first decision`,
    measured: median(times),
    unit: 'ms',
    budget: { atMost: 300 },
    detail: `median of ${times.map((time) => time.toFixed(0)).join(', ')}`,
  }
}
