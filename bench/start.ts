/** From the start of the process to its first decision, with keys in a local file. */
import type { Missing } from './contenders.ts'
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
const BUILD = `${import.meta.dir}/../tools/build.ts`
const BUILD_TIMEOUT_MS = 180_000

export const startSuite: Suite = {
  name: 'start',
  about: 'from the start of the process to the first decision, with local keys; builds dist/warder first',
  async run() {
    const source = await measureStart('from source', WARDER_FROM_SOURCE, 1)
    // The binary of an older commit may not even know the settings of this bench.
    const fault = await build()
    if (fault !== undefined) return [source, missingRow(nameOf('dist/warder'), fault, BUDGET_MS)]
    const binary = await measureStart('dist/warder', [WARDER_BINARY], 1)
    if (!(await hasWorkersSetting())) return [source, binary]
    return [source, binary, await measureStart('dist/warder, workers: auto', [WARDER_BINARY], 'auto')]
  },
}

/** @returns Why there is no binary. */
async function build(): Promise<Missing | undefined> {
  const child = Bun.spawn([process.execPath, '--no-env-file', BUILD], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    timeout: BUILD_TIMEOUT_MS,
  })
  const [stderr, code] = await Promise.all([new Response(child.stderr).text(), child.exited])
  return code === 0 ? undefined : { missing: `cannot be built: ${stderr.trim().split('\n').at(-1)}` }
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
