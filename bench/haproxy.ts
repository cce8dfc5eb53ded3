/** nginx with Warder compared with HAProxy's own `jwt_verify`: the whole guard, process by process. */
import { measureLoad } from './load.ts'
import { withBench } from './processes.ts'
import { proxyUrl, startHaproxy, startNginx } from './proxies.ts'
import { measureInterleaved } from './rounds.ts'
import { requirePrograms, type Suite } from './suite.ts'
import { cpuRow, type Row } from './row.ts'
import { type BenchAlgorithm, createMinter } from './tokens.ts'
import { startWarder, startYardstick } from './warder-server.ts'

// RS256 is the cheapest signature to verify that HAProxy and identity providers share.
const COMPARED: readonly BenchAlgorithm[] = ['RS256', 'ES256']

export const haproxySuite: Suite = {
  name: 'haproxy',
  about: 'nginx + Warder with a warm token against HAProxy jwt_verify, CPU of all their processes',
  async run() {
    await requirePrograms(['nginx', 'haproxy'])
    const rows: Row[] = []
    for (const algorithm of COMPARED) rows.push(await compareGuards(algorithm))
    return rows
  },
}

function compareGuards(algorithm: BenchAlgorithm): Promise<Row> {
  return withBench(async (bench) => {
    const minter = createMinter(algorithm)
    const headers = { Authorization: `Bearer ${minter.mint(0)}` }
    // Both forward to it; its own CPU time is not counted.
    const app = await startYardstick(bench, 'bare.ts')
    const warder = await startWarder(bench, { minter })
    const nginx = await startNginx(bench, { warder: warder.port, app: app.port }, headers)
    const haproxy = await startHaproxy(bench, { app: app.port }, minter, headers)
    const cost = await measureInterleaved({
      ours: () => measureLoad({ url: proxyUrl(nginx.port), headers, pids: [nginx.pid, warder.pid] }),
      theirs: () => measureLoad({ url: proxyUrl(haproxy.port), headers, pids: [haproxy.pid] }),
    })
    return cpuRow(`nginx + Warder / HAProxy jwt_verify, ${algorithm}`, cost.ours, cost.theirs, 1)
  })
}
