/** Goma's job: a gateway that asks an auth service about every request. The gateway, Goma and nginx ask the same one. */
import { findMissing } from '../tools/programs.ts'
import { startApps } from './apps.ts'
import { isMissing, measureContenders } from './contenders.ts'
import { askedUrl, guardedUrl, startGateway } from './gateway-server.ts'
import { startGoma } from './goma.ts'
import { measureLoad } from './load.ts'
import { type Bench, type RunningServer, withBench } from './processes.ts'
import { proxyUrl, startNginx } from './proxies.ts'
import type { Measure } from './rounds.ts'
import { cpuRow, type Row, withPeer } from './row.ts'
import { requirePrograms, type Suite } from './suite.ts'
import { createMinter } from './tokens.ts'
import { startYardstick } from './warder-server.ts'

export const gatewayServiceSuite: Suite = {
  name: 'gateway-service',
  about: 'proxied requests of 1 KiB, an auth service asked about each: the gateway against Goma and nginx',
  async run() {
    await requirePrograms(['nginx'])
    return withBench(compare)
  },
}

async function compare(bench: Bench): Promise<readonly Row[]> {
  const minter = createMinter('RS256')
  const headers = { Authorization: `Bearer ${minter.mint(0)}` }
  const apps = await startApps(bench)
  // It allows everything; its own CPU time is not counted.
  const service = (await startYardstick(bench, 'bare.ts')).port
  const gateway = await startGateway(bench, { minter, apps, service })
  const nginx = await startNginx(bench, { warder: service, app: apps.content }, headers)
  const goma =
    findMissing(['goma']).length > 0
      ? { missing: 'goma is not in the PATH (build it from a tag of its repository)' }
      : await startGoma(bench, { service, content: apps.content })
  const load =
    ({ pid }: RunningServer, url: string): Measure =>
    () =>
      measureLoad({ url, headers, pids: [pid] })
  const cost = await measureContenders({
    asking: load(gateway, askedUrl(gateway.port, '1KiB')),
    judging: load(gateway, guardedUrl(gateway.port, '1KiB')),
    nginx: load(nginx, proxyUrl(nginx.port, '1KiB')),
    goma: isMissing(goma) ? goma : load(goma, askedUrl(goma.port, '1KiB')),
  })
  return [
    cpuRow('gateway asking a service / Goma asking it', cost.asking, cost.goma),
    cpuRow('gateway asking a service / nginx asking it', cost.asking, cost.nginx),
    withPeer(
      cpuRow('gateway, warm token / Goma asking a service', cost.judging, cost.goma),
      'gateway',
      'Goma, asking an auth service',
    ),
  ]
}
