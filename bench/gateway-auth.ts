/** The gateway compared with an nginx that asks Warder by `auth_request`: the same guard, in one process or in two. */
import { type FileName, startApps } from './apps.ts'
import { describeLoad, GATEWAY, type RowOptions, toRows } from './gateway-rows.ts'
import { guardedUrl, startGateway } from './gateway-server.ts'
import { measureLoad } from './load.ts'
import { type Bench, withBench } from './processes.ts'
import { proxyUrl, startNginx } from './proxies.ts'
import { measureInterleaved } from './rounds.ts'
import { requirePrograms, type Suite } from './suite.ts'
import type { Row } from './row.ts'
import { createMinter } from './tokens.ts'
import { startWarder } from './warder-server.ts'

const OTHER = 'nginx + Warder'
const MEASURED: readonly (readonly [FileName, RowOptions])[] = [
  ['1KiB', { budgets: { [OTHER]: 0.8 }, chart: 'gateway' }],
  ['100KiB', {}],
]

export const gatewayAuthSuite: Suite = {
  name: 'gateway-auth',
  about: 'the gateway with a warm token against nginx + auth_request + Warder, CPU of all their processes',
  async run() {
    await requirePrograms(['nginx'])
    return withBench(compareGuards)
  },
}

async function compareGuards(bench: Bench): Promise<readonly Row[]> {
  const minter = createMinter('RS256')
  const headers = { Authorization: `Bearer ${minter.mint(0)}` }
  const apps = await startApps(bench)
  const gateway = await startGateway(bench, { minter, apps })
  const warder = await startWarder(bench, { minter })
  const nginx = await startNginx(bench, { warder: warder.port, app: apps.content }, headers)
  const rows: Row[] = []
  for (const [file, options] of MEASURED) {
    const medians = await measureInterleaved({
      [GATEWAY]: () => measureLoad({ url: guardedUrl(gateway.port, file), headers, pids: [gateway.pid] }),
      [OTHER]: () => measureLoad({ url: proxyUrl(nginx.port, file), headers, pids: [nginx.pid, warder.pid] }),
    })
    rows.push(...toRows(`gateway, ${file}`, medians, describeLoad(file), options))
  }
  return rows
}
