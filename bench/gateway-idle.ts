/** The memory of an idle client in the gateway and in the plain reverse proxies. */
import { scaled } from './effort.ts'
import { startContenders } from './gateway-contenders.ts'
import { GATEWAY, PUBLIC_ROUTE, toMissingRows } from './gateway-rows.ts'
import { openIdle } from './idle-connections.ts'
import { measureLoad } from './load.ts'
import { readResidentMiB } from './memory-of.ts'
import { type Bench, type RunningServer, withBench } from './processes.ts'
import type { Suite } from './suite.ts'
import type { Row } from './row.ts'

const CONNECTIONS = scaled(10_000)
// Lets collectors and allocators release the garbage of opening so many connections.
const SETTLE_MS = 3_000

export const gatewayIdleSuite: Suite = {
  name: 'gateway-idle',
  about: 'resident memory with 10,000 idle keep-alive clients: the gateway and plain reverse proxies',
  run: () => withBench(measureProxies),
}

async function measureProxies(bench: Bench): Promise<readonly Row[]> {
  const { servers, headers, missing } = await startContenders(bench)
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const request = `GET /guarded/1KiB HTTP/1.1\r\nHost: 127.0.0.1\r\n${fields.join('')}\r\n`
  const measured: (readonly [string, Idle])[] = []
  for (const [name, server] of Object.entries(servers)) {
    // The same process once more.
    if (name === PUBLIC_ROUTE) continue
    // Memory for code and caches is allocated before the first idle client.
    await measureLoad({ url: server.fileUrl(server.port, '1KiB'), headers, pids: [server.pid] })
    measured.push([name, await measureIdle(name, server, request)])
  }
  const gateway = measured.find(([name]) => name === GATEWAY)?.[1].settledMiB ?? Number.NaN
  const rows = measured.map(([name, idle]): Row => ({
    what: `memory, 10,000 idle clients, gateway / ${name === GATEWAY ? 'itself' : name}`,
    measured: gateway / idle.settledMiB,
    unit: 'ratio',
    detail: describeIdle(idle),
  }))
  return [...rows, ...toMissingRows('memory, 10,000 idle clients, gateway', missing)]
}

/** Resident memory. */
interface Idle {
  readonly beforeMiB: number
  /** Right after the last connection. */
  readonly openedMiB: number
  readonly settledMiB: number
}

function describeIdle({ beforeMiB, openedMiB, settledMiB }: Idle): string {
  const eachKiB = ((settledMiB - beforeMiB) * 1024) / CONNECTIONS
  return `${settledMiB.toFixed(0)} MiB, ${eachKiB.toFixed(1)} KiB each; ${beforeMiB.toFixed(0)} MiB before, ${openedMiB.toFixed(0)} MiB right after`
}

async function measureIdle(name: string, { pid, port }: RunningServer, request: string): Promise<Idle> {
  await Bun.sleep(SETTLE_MS)
  const beforeMiB = readResidentMiB(pid)
  const idle = await openIdle(port, CONNECTIONS, request)
  try {
    const openedMiB = readResidentMiB(pid)
    await Bun.sleep(SETTLE_MS)
    if (idle.open() < CONNECTIONS) throw new Error(`${name} keeps ${idle.open()} connections`)
    return { beforeMiB, openedMiB, settledMiB: readResidentMiB(pid) }
  } finally {
    idle.close()
  }
}
