/** A warm-token decision over HTTP, against the least that an answer over HTTP can cost. */
import { measureLoad } from './load.ts'
import { withBench } from './processes.ts'
import { measureInterleaved } from './rounds.ts'
import type { Suite } from './suite.ts'
import { formatCost, type Row } from './table.ts'
import { createMinter } from './tokens.ts'
import { allowedHeaders, decisionUrl, startBare, startWarder } from './warder-server.ts'

export const decisionSuite: Suite = {
  name: 'decision',
  about: 'a warm-token decision over HTTP against a bare Bun.serve 200',
  run: () => withBench(async (bench) => [await compareWithBare(bench)]),
}

async function compareWithBare(bench: Parameters<typeof startBare>[0]): Promise<Row> {
  const minter = createMinter('ES256')
  const headers = allowedHeaders(minter.mint(0))
  const bareServer = await startBare(bench)
  const warderServer = await startWarder(bench, { minter })
  const { bare, warder } = await measureInterleaved({
    // The same request, byte for byte: parsing the token's kilobyte is part of the yardstick.
    bare: () => measureLoad({ url: decisionUrl(bareServer.port), headers, pids: [bareServer.pid] }),
    warder: () => measureLoad({ url: decisionUrl(warderServer.port), headers, pids: [warderServer.pid] }),
  })
  return {
    what: 'decision, warm token, against a bare Bun.serve',
    measured: warder.cpuNs / bare.cpuNs,
    unit: 'ratio',
    budget: { atMost: 1.3 },
    detail: `${formatCost(warder)} against ${formatCost(bare)}`,
  }
}
