/** The throughput of two workers, compared with one. */
import { availableParallelism } from 'node:os'
import { measureLoad, type LoadSample } from './load.ts'
import { withBench, type Bench } from './processes.ts'
import { measureInterleaved, type Median } from './rounds.ts'
import { missingRow, type Row } from './row.ts'
import type { Suite } from './suite.ts'
import { UNSEEN, writeTokens } from './token-files.ts'
import { createMinter } from './tokens.ts'
import { allowedHeaders, decisionUrl, startWarder, type RunningWarder } from './warder-server.ts'
import { TOKEN_PLACE } from './wrk.ts'
import { hasWorkersSetting } from './workers-setting.ts'

const BUDGET = 1.8
const WARM_TOKENS = 1_000
// Each worker has enough connections, however the kernel spreads them.
const CONNECTIONS = 64
const WHATS = ['first sight, RS256', 'warm token'] as const

/** The cores of one worker, of two, and of the loads for them. With two cores in all, the load shares one. */
const CORES =
  availableParallelism() >= 4
    ? ({ one: '0', two: '0,1', loadOfOne: '2,3', loadOfTwo: '2,3', isApart: true } as const)
    : ({ one: '0', two: '0,1', loadOfOne: '1', loadOfTwo: '0,1', isApart: false } as const)

export const workersSuite: Suite = {
  name: 'workers',
  about:
    'throughput of two workers on two cores against one on one core, the load as far apart as the cores permit',
  async run() {
    if (await hasWorkersSetting()) return withBench(compare)
    const missing = 'this Warder has no `workers`'
    return WHATS.map((what) => ({ ...missingRow(nameOf(what), { missing }), budget: { atLeast: BUDGET } }))
  },
}

const nameOf = (what: string): string => `throughput, 2 workers / 1, ${what}`

async function compare(bench: Bench): Promise<readonly Row[]> {
  const minter = createMinter('RS256')
  const unseen = { file: await writeTokens(bench, minter, UNSEEN.tokens) }
  const warm = { file: await writeTokens(bench, minter, WARM_TOKENS) }
  const few = { minter, cacheTokens: UNSEEN.cacheTokens }
  const [one, two] = [
    { workers: 1, cores: CORES.one },
    { workers: 2, cores: CORES.two },
  ]
  const load =
    ({ pid, port }: RunningWarder, tokens: { readonly file: string }, cores: string) =>
    () =>
      measureLoad({
        url: decisionUrl(port),
        headers: allowedHeaders(TOKEN_PLACE),
        tokens,
        pids: [pid],
        connections: CONNECTIONS,
        cores,
      })
  const cost = await measureInterleaved({
    unseenOne: load(await startWarder(bench, { ...few, ...one }), unseen, CORES.loadOfOne),
    unseenTwo: load(await startWarder(bench, { ...few, ...two }), unseen, CORES.loadOfTwo),
    warmOne: load(await startWarder(bench, { minter, ...one }), warm, CORES.loadOfOne),
    warmTwo: load(await startWarder(bench, { minter, ...two }), warm, CORES.loadOfTwo),
  })
  return [toRow(WHATS[0], cost.unseenOne, cost.unseenTwo), toRow(WHATS[1], cost.warmOne, cost.warmTwo)]
}

function toRow(what: string, one: Median<LoadSample>, two: Median<LoadSample>): Row {
  const seen = one.wallNs / two.wallNs
  // The cores that the load takes from two workers when there are only two.
  const lost = CORES.isApart ? 0 : two.loaderNs / two.wallNs
  const place = CORES.isApart
    ? 'the load has cores of its own'
    : `on two cores the load takes ${(lost * 50).toFixed(0)} % of them from two workers and nothing from one: ${seen.toFixed(2)} × as seen, × 2 / ${(2 - lost).toFixed(2)} for the cores left`
  return {
    what: nameOf(what),
    measured: (seen * 2) / (2 - lost),
    unit: 'ratio',
    budget: { atLeast: BUDGET },
    detail: `${(1e9 / two.wallNs).toFixed(0)}/s against ${(1e9 / one.wallNs).toFixed(0)}/s; ${place}`,
  }
}
