/** The gateway compared with nginx, Caddy and Traefik as plain reverse proxies, with answers of 1 and 100 KiB. */
import type { FileName } from './apps.ts'
import { forEach, startContenders } from './gateway-contenders.ts'
import { describeLoad, type RowOptions, toMissingRows, toRows } from './gateway-rows.ts'
import { measureLoad } from './load.ts'
import { type Bench, withBench } from './processes.ts'
import { measureInterleaved } from './rounds.ts'
import type { Suite } from './suite.ts'
import type { Row } from './row.ts'

const MEASURED: readonly (readonly [FileName, RowOptions])[] = [
  ['1KiB', { budgets: { Caddy: 0.5 }, chart: 'gateway' }],
  ['100KiB', {}],
]

export const gatewaySuite: Suite = {
  name: 'gateway',
  about: 'proxied requests, 1 and 100 KiB: the gateway with a warm token against plain reverse proxies',
  run: () => withBench(compareProxies),
}

async function compareProxies(bench: Bench): Promise<readonly Row[]> {
  const { servers, headers, missing } = await startContenders(bench)
  const rows: Row[] = []
  for (const [file, options] of MEASURED) {
    const measures = forEach(
      servers,
      ({ pid, port, fileUrl }) =>
        () =>
          measureLoad({ url: fileUrl(port, file), headers, pids: [pid] }),
    )
    const medians = await measureInterleaved(measures)
    const what = `gateway, ${file}`
    rows.push(...toRows(what, medians, describeLoad(file), options), ...toMissingRows(what, missing, options))
  }
  return rows
}
