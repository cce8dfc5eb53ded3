/** One gibibyte through the gateway and through plain reverse proxies, in both directions. */
import { filePath, FILES } from './apps.ts'
import { forEach, startContenders } from './gateway-contenders.ts'
import { describeTransfer, PUBLIC_ROUTE, toMissingRows, toRows } from './gateway-rows.ts'
import { uploadUrl } from './gateway-server.ts'
import { type Bench, withBench } from './processes.ts'
import { measureInterleaved } from './rounds.ts'
import { requirePrograms, type Suite } from './suite.ts'
import type { Row } from './row.ts'
import { measureTransfer } from './transfer.ts'

const FILE = '1GiB'

export const gatewayBodiesSuite: Suite = {
  name: 'gateway-bodies',
  about: '1 GiB down and up: the gateway with a warm token against plain reverse proxies',
  async run() {
    await requirePrograms(['curl'])
    return withBench(compareProxies)
  },
}

async function compareProxies(bench: Bench): Promise<readonly Row[]> {
  const { servers, headers, missing } = await startContenders(bench)
  const bytes = FILES[FILE]
  const down = forEach(
    servers,
    ({ pid, port, fileUrl }) =>
      () =>
        measureTransfer({ url: fileUrl(port, FILE), headers, pids: [pid], bytes }),
  )
  // There is one route for uploads; the cost of a token is negligible for a gibibyte.
  const { [PUBLIC_ROUTE]: _, ...uploading } = servers
  const up = forEach(
    uploading,
    ({ pid, port }) =>
      () =>
        measureTransfer({ url: uploadUrl(port), headers, pids: [pid], bytes, file: filePath(bench, FILE) }),
  )
  return [
    ...toRows('gateway, 1GiB down', await measureInterleaved(down), describeTransfer),
    ...toMissingRows('gateway, 1GiB down', missing),
    ...toRows('gateway, 1GiB up', await measureInterleaved(up), describeTransfer),
    ...toMissingRows('gateway, 1GiB up', missing),
  ]
}
