/** A decision over HTTP for a remembered token, compared with the cheapest possible HTTP answer. */
import { measureLoad } from './load.ts'
import { type Bench, type RunningServer, withBench } from './processes.ts'
import { measureInterleaved, type Sample } from './rounds.ts'
import type { Suite } from './suite.ts'
import { formatCost, type Row } from './table.ts'
import { createMinter } from './tokens.ts'
import { allowedHeaders, decisionUrl, startWarder, startYardstick } from './warder-server.ts'

export const decisionSuite: Suite = {
  name: 'decision',
  about: 'a warm-token decision over HTTP against a bare Bun.serve 200',
  run: () => withBench(compare),
}

async function compare(bench: Bench): Promise<readonly Row[]> {
  const minter = createMinter('ES256')
  const headers = allowedHeaders(minter.mint(0))
  const servers = {
    bare: await startYardstick(bench, 'bare.ts'),
    least: await startYardstick(bench, 'least.ts'),
    warder: await startWarder(bench, { minter }),
  }
  // The same request, byte for byte: parsing the token's kilobyte is part of every reference.
  const load =
    ({ pid, port }: RunningServer) =>
    (): Promise<Sample> =>
      measureLoad({ url: decisionUrl(port), headers, pids: [pid] })
  const { bare, least, warder } = await measureInterleaved({
    bare: load(servers.bare),
    least: load(servers.least),
    warder: load(servers.warder),
  })
  const against = (what: string, other: Sample): Row => ({
    what: `decision, warm token, against ${what}`,
    measured: warder.cpuNs / other.cpuNs,
    unit: 'ratio',
    detail: `${formatCost(warder)} against ${formatCost(other)}`,
  })
  return [
    { ...against('a bare Bun.serve', bare), budget: { atMost: 1.3 } },
    against('the least for one on this runtime', least),
  ]
}
