/** The cost of ten thousand routes for a decision. */
import { measureLoad } from './load.ts'
import { withBench } from './processes.ts'
import { measureInterleaved } from './rounds.ts'
import type { Suite } from './suite.ts'
import { cpuRow } from './row.ts'
import { createMinter } from './tokens.ts'
import { allowedHeaders, decisionUrl, startWarder } from './warder-server.ts'

const FEW = 10
const MANY = 10_000

export const routesSuite: Suite = {
  name: 'routes',
  about: 'a decision on the last of 10,000 routes against the last of 10',
  run: () =>
    withBench(async (bench) => {
      const minter = createMinter('ES256')
      const token = minter.mint(0)
      const fewServer = await startWarder(bench, { minter, routes: FEW })
      const manyServer = await startWarder(bench, { minter, routes: MANY })
      const load = (server: typeof fewServer, routes: number) => () =>
        measureLoad({
          url: decisionUrl(server.port),
          headers: allowedHeaders(token, routes),
          pids: [server.pid],
        })
      const { few, many } = await measureInterleaved({
        few: load(fewServer, FEW),
        many: load(manyServer, MANY),
      })
      return [cpuRow('decision, 10,000 routes / 10', many, few, 1.5)]
    }),
}
