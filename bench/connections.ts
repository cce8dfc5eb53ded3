/** A connection for each request, as a caller without keep-alive opens it. */
import { isMissing, measureContenders } from './contenders.ts'
import { startGoService } from './go-service.ts'
import { measureLoad } from './load.ts'
import { type RunningServer, withBench, type Bench } from './processes.ts'
import type { Measure } from './rounds.ts'
import { cpuRow, type Row } from './row.ts'
import type { Suite } from './suite.ts'
import { createMinter } from './tokens.ts'
import { allowedHeaders, decisionUrl, startWarder, startYardstick } from './warder-server.ts'

export const connectionsSuite: Suite = {
  name: 'connections',
  about: 'a new connection for each warm decision, against a bare Bun.serve 200 and the Go service',
  run: () => withBench(compare),
}

async function compare(bench: Bench): Promise<readonly Row[]> {
  const minter = createMinter('ES256')
  const headers = { ...allowedHeaders(minter.mint(0)), Connection: 'close' }
  const load =
    ({ pid, port }: RunningServer): Measure =>
    () =>
      measureLoad({ url: decisionUrl(port), headers, pids: [pid], expect: 'closed' })
  const go = await startGoService(bench, minter)
  const cost = await measureContenders({
    warder: load(await startWarder(bench, { minter })),
    bare: load(await startYardstick(bench, 'bare.ts')),
    go: isMissing(go) ? go : load(go),
  })
  return [
    cpuRow('new connection each / bare Bun.serve', cost.warder, cost.bare),
    cpuRow('new connection each / Go service', cost.warder, cost.go),
  ]
}
