/** Resident memory after very many distinct tokens. */
import { scaled } from './effort.ts'
import { readResidentMiB } from './memory-of.ts'
import { withBench, type Bench } from './processes.ts'
import { treeOf } from './process-tree.ts'
import type { Row } from './row.ts'
import type { Suite } from './suite.ts'
import { sendEach, writeTokens } from './token-files.ts'
import { createMinter } from './tokens.ts'
import { allowedHeaders, decisionUrl, startWarder } from './warder-server.ts'
import { TOKEN_PLACE } from './wrk.ts'

const TOKENS = scaled(100_000)
const BUDGET_MIB = 100
// Lets the collector and the allocator release the garbage of the requests; the tokens stay.
const SETTLE_MS = 5_000

export const memorySuite: Suite = {
  name: 'memory',
  about: 'resident memory of a worker with 100,000 distinct live tokens, and after as many again',
  run: () => withBench(compare),
}

async function compare(bench: Bench): Promise<readonly Row[]> {
  const minter = createMinter('HS256')
  const { pid, port } = await startWarder(bench, { minter })
  const atStart = readLargestMiB(pid)
  const rows: Row[] = []
  // The second time the cache is full: new tokens must replace old ones.
  for (const [what, first] of [
    ['100,000', 0],
    ['200,000', TOKENS],
  ] as const) {
    const file = await writeTokens(bench, minter, TOKENS, (index) => minter.mint(first + index))
    await sendEach({ url: decisionUrl(port), headers: allowedHeaders(TOKEN_PLACE) }, file, TOKENS)
    const peak = readLargestMiB(pid)
    await Bun.sleep(SETTLE_MS)
    rows.push({
      what: `memory, ${what} distinct tokens`,
      measured: readLargestMiB(pid),
      unit: 'MiB',
      budget: { atMost: BUDGET_MIB },
      detail: `${atStart.toFixed(0)} MiB at the first decision, ${peak.toFixed(0)} MiB right after the flood`,
    })
  }
  return rows
}

/** Of the process and its descendants: the worker, which has the tokens. */
const readLargestMiB = (pid: number): number => Math.max(...treeOf([pid]).map(readResidentMiB))
