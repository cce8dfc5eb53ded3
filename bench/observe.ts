/** What it costs to be watched: metrics and recent decisions beside a warm decision and a denial, and a scrape. */
import { measureLoad } from './load.ts'
import { withBench, type Bench, type RunningServer } from './processes.ts'
import { measureInterleaved } from './rounds.ts'
import { cpuRow, type Row } from './row.ts'
import { measureScrape } from './scrape.ts'
import type { Suite } from './suite.ts'
import { writeTokens } from './token-files.ts'
import { createMinter } from './tokens.ts'
import { allowedHeaders, decisionUrl, startWarder } from './warder-server.ts'
import { TOKEN_PLACE } from './wrk.ts'

const BUDGET = 1.05
const TOKENS = 1_000
/** The difference is smaller than most disturbances. */
const ROUNDS = 5

export const observeSuite: Suite = {
  name: 'observe',
  about: 'a decision with metrics and recent decisions against one without; a scrape of 12,000 series',
  run: async () => [
    ...(await withBench(compare)),
    ...(await withBench(measureScrape)),
    ...(await withBench(measureTwo)),
  ],
}

const measureTwo = (bench: Bench): Promise<readonly Row[]> => measureScrape(bench, 2)

async function compare(bench: Bench): Promise<readonly Row[]> {
  const minter = createMinter('ES256')
  // Without an admin listener, nothing is counted and nothing is kept.
  const without = await startWarder(bench, { minter, watched: 'nothing' })
  const metrics = await startWarder(bench, { minter, watched: 'metrics' })
  const all = await startWarder(bench, { minter })
  const file = await writeTokens(bench, minter, TOKENS)
  const headers = allowedHeaders(TOKEN_PLACE)
  const { Authorization: _, ...withoutToken } = headers
  const warm =
    ({ pid, port }: RunningServer) =>
    () =>
      measureLoad({ url: decisionUrl(port), headers, tokens: { file }, pids: [pid] })
  const denied =
    ({ pid, port }: RunningServer) =>
    () =>
      measureLoad({ url: decisionUrl(port), headers: withoutToken, expect: 'denied', pids: [pid] })
  const cost = await measureInterleaved(
    {
      warm: warm(without),
      warmMetrics: warm(metrics),
      warmAll: warm(all),
      denied: denied(without),
      deniedMetrics: denied(metrics),
      deniedAll: denied(all),
    },
    { rounds: ROUNDS },
  )
  return [
    cpuRow('warm decision, metrics and recent decisions / without', cost.warmAll, cost.warm, BUDGET),
    cpuRow('warm decision, metrics / without', cost.warmMetrics, cost.warm, BUDGET),
    cpuRow('denial, metrics and recent decisions / without', cost.deniedAll, cost.denied),
    cpuRow('denial, metrics / without', cost.deniedMetrics, cost.denied),
  ]
}
