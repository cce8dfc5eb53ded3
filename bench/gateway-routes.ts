/** The cost of ten thousand routes for a proxied request. */
import { startApps } from './apps.ts'
import { guardedUrl, startGateway } from './gateway-server.ts'
import { measureLoad } from './load.ts'
import { type RunningServer, withBench } from './processes.ts'
import { measureInterleaved } from './rounds.ts'
import { cpuRow } from './row.ts'
import type { Suite } from './suite.ts'
import { createMinter } from './tokens.ts'

const FEW = 10
const MANY = 10_000

export const gatewayRoutesSuite: Suite = {
  name: 'gateway-routes',
  about: 'a proxied request on the last of 10,000 routes of the gateway against the last of 10',
  run: () =>
    withBench(async (bench) => {
      const minter = createMinter('RS256')
      const headers = { Authorization: `Bearer ${minter.mint(0)}` }
      const apps = await startApps(bench)
      const few = await startGateway(bench, { minter, apps, routes: FEW })
      const many = await startGateway(bench, { minter, apps, routes: MANY })
      const measure = (server: RunningServer) => () =>
        measureLoad({ url: guardedUrl(server.port, '1KiB'), headers, pids: [server.pid] })
      const medians = await measureInterleaved({ few: measure(few), many: measure(many) })
      return [cpuRow('gateway, 1KiB, 10,000 routes / 10', medians.many, medians.few, 1.5)]
    }),
}
