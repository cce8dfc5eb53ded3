/** The gateway over TLS compared with nginx and Caddy, with HTTP/1.1 and HTTP/2. */
import { ensurePrograms } from '../tools/programs.ts'
import { GATEWAY } from './gateway-rows.ts'
import { measureHttp2Load } from './http2-load.ts'
import { measureLoad } from './load.ts'
import { withBench, type Bench } from './processes.ts'
import { measureInterleaved, type Median, type Sample } from './rounds.ts'
import { SkippedSuite, type Suite } from './suite.ts'
import type { Row } from './table.ts'
import { startTlsContenders } from './tls-contenders.ts'

const ROUNDS = 5

export const gatewayTlsSuite: Suite = {
  name: 'gateway-tls',
  about: 'proxied requests of 1 KiB over TLS, HTTP/1.1 and HTTP/2, against nginx and Caddy',
  async run() {
    const missing = await ensurePrograms(['nginx', 'caddy', 'openssl', 'wrk', 'h2load'])
    if (missing.length > 0) throw new SkippedSuite(`not installed: ${missing.join(', ')}`)
    return withBench(compareVersions)
  },
}

async function compareVersions(bench: Bench): Promise<readonly Row[]> {
  const { servers, headers } = await startTlsContenders(bench)
  const rows: Row[] = []
  for (const [version, measure] of [
    ['HTTP/1.1', measureLoad],
    ['HTTP/2', measureHttp2Load],
  ] as const) {
    const measures = Object.entries(servers).map(([name, { pid, port }]) => {
      const load = { url: `https://127.0.0.1:${port}/guarded/1KiB`, headers, pids: [pid] }
      return [name, (): Promise<Sample> => measure(load)] as const
    })
    const medians = await measureInterleaved(Object.fromEntries(measures), { rounds: ROUNDS })
    rows.push(
      ...Object.entries(medians).map(([name, theirs]) => toRow(version, name, theirs, medians[GATEWAY])),
    )
  }
  return rows
}

const toRow = (version: string, name: string, theirs: Median, own: Median | undefined): Row => ({
  what: `gateway over TLS, ${version}: ${name}`,
  measured: (own?.cpuNs ?? Number.NaN) / theirs.cpuNs,
  unit: 'ratio',
  detail: `${(theirs.cpuNs / 1000).toFixed(1)} µs CPU, ${(1e9 / theirs.wallNs).toFixed(0)}/s`,
})
