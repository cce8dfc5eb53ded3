/** The gateway over TLS compared with nginx and Caddy, with HTTP/1.1 and HTTP/2. */
import { GATEWAY } from './gateway-rows.ts'
import { measureHttp2Load } from './http2-load.ts'
import { measureLoad } from './load.ts'
import { withBench, type Bench } from './processes.ts'
import { measureInterleaved, type Median, type Sample } from './rounds.ts'
import { requirePrograms, type Suite } from './suite.ts'
import { cpuRow, type Row } from './row.ts'
import { startTlsContenders } from './tls-contenders.ts'

const HTTP2_BUDGET = 1.5

export const gatewayTlsSuite: Suite = {
  name: 'gateway-tls',
  about: 'proxied requests of 1 KiB over TLS, HTTP/1.1 and HTTP/2, against nginx and Caddy',
  async run() {
    await requirePrograms(['nginx', 'caddy', 'openssl', 'wrk', 'h2load'])
    return withBench(compareVersions)
  },
}

async function compareVersions(bench: Bench): Promise<readonly Row[]> {
  const { servers, headers } = await startTlsContenders(bench)
  const rows: Row[] = []
  const own: Median[] = []
  for (const [version, measure] of [
    ['HTTP/1.1', measureLoad],
    ['HTTP/2', measureHttp2Load],
  ] as const) {
    const measures = Object.entries(servers).map(([name, { pid, port }]) => {
      const load = { url: `https://127.0.0.1:${port}/guarded/1KiB`, headers, pids: [pid] }
      return [name, (): Promise<Sample | readonly Sample[]> => measure(load)] as const
    })
    const medians = await measureInterleaved(Object.fromEntries(measures))
    const gateway = medians[GATEWAY]
    if (gateway === undefined) continue
    own.push(gateway)
    for (const [name, theirs] of Object.entries(medians))
      if (name !== GATEWAY) rows.push(cpuRow(`gateway over TLS, ${version} / ${name}`, gateway, theirs))
  }
  const [http1, http2] = own
  if (http1 !== undefined && http2 !== undefined)
    rows.push(cpuRow('gateway over TLS, HTTP/2 / HTTP/1.1', http2, http1, HTTP2_BUDGET))
  return rows
}
