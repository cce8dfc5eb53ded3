/** The memory of an idle client in the gateway and in the plain reverse proxies. */
import { startContenders } from './gateway-contenders.ts'
import { GATEWAY, PUBLIC_ROUTE } from './gateway-rows.ts'
import { openIdle } from './idle-connections.ts'
import { measureLoad } from './load.ts'
import { readResidentMiB } from './memory-of.ts'
import { type Bench, type RunningServer, withBench } from './processes.ts'
import type { Suite } from './suite.ts'
import type { Row } from './row.ts'

const CONNECTIONS = 10_000
// Lets collectors and allocators release the garbage of opening so many connections.
const SETTLE_MS = 5_000

export const gatewayIdleSuite: Suite = {
  name: 'gateway-idle',
  about: 'resident memory with 10,000 idle keep-alive clients: the gateway and plain reverse proxies',
  run: () => withBench(measureProxies),
}

async function measureProxies(bench: Bench): Promise<readonly Row[]> {
  const { servers, headers } = await startContenders(bench)
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const request = `GET /guarded/1KiB HTTP/1.1\r\nHost: 127.0.0.1\r\n${fields.join('')}\r\n`
  const rows: Row[] = []
  for (const [name, server] of Object.entries(servers)) {
    // The same process once more.
    if (name === PUBLIC_ROUTE) continue
    // Memory for code and caches is allocated before the first idle client.
    await measureLoad({ url: server.fileUrl(server.port, '1KiB'), headers, pids: [server.pid] })
    rows.push(await measureIdle(name, server, request))
  }
  return rows
}

async function measureIdle(name: string, { pid, port }: RunningServer, request: string): Promise<Row> {
  await Bun.sleep(SETTLE_MS)
  const before = readResidentMiB(pid)
  const idle = await openIdle(port, CONNECTIONS, request)
  try {
    const opened = readResidentMiB(pid)
    await Bun.sleep(SETTLE_MS)
    if (idle.open() < CONNECTIONS) throw new Error(`${name} keeps ${idle.open()} connections`)
    const settled = readResidentMiB(pid)
    const perClient = ((settled - before) * 1024) / CONNECTIONS
    return {
      what: `10,000 idle clients: ${name === GATEWAY ? 'gateway' : name}`,
      measured: settled,
      unit: 'MiB',
      detail: `${perClient.toFixed(1)} KiB each; ${before.toFixed(0)} MiB before, ${opened.toFixed(0)} MiB right after`,
    }
  } finally {
    idle.close()
  }
}
