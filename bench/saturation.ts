/** Health checks beside 16, 256 and 1,000 connections that are always busy. */
import { probeWhile } from './health-probes.ts'
import { EFFORT } from './effort.ts'
import { type LoadSample, measureLoad } from './load.ts'
import { withBench, type Bench } from './processes.ts'
import { median, quantile } from './rounds.ts'
import type { Row } from './row.ts'
import type { Suite } from './suite.ts'
import { createMinter } from './tokens.ts'
import { allowedHeaders, decisionUrl, startWarder, startYardstick } from './warder-server.ts'
import { hasWorkersSetting } from './workers-setting.ts'

const CONNECTIONS = [16, 256, 1_000] as const
const BUDGET_MS = 10
const ROUNDS = 3

export const saturationSuite: Suite = {
  name: 'saturation',
  about: 'GET /livez, each on a new connection, beside 16, 256 and 1,000 busy connections',
  run: () => withBench(compare),
}

async function compare(bench: Bench): Promise<readonly Row[]> {
  // As operators run it; where there is a choice, a single process is measured as well.
  const rows = await measureWarder(bench, 'auto', BUDGET_MS)
  return (await hasWorkersSetting()) ? [...rows, ...(await measureWarder(bench, 1))] : rows
}

/** @param budgetMs For the most connections. */
async function measureWarder(bench: Bench, workers: 'auto' | 1, budgetMs?: number): Promise<readonly Row[]> {
  const minter = createMinter('ES256')
  const headers = allowedHeaders(minter.mint(0))
  const { pid, port, adminPort } = await startWarder(bench, { minter, workers })
  const control = await startYardstick(bench, 'bare.ts')
  const urls = { own: `http://127.0.0.1:${adminPort}/livez`, control: `http://127.0.0.1:${control.port}/` }
  const rows: Row[] = []
  for (const connections of CONNECTIONS) {
    const load = { url: decisionUrl(port), headers, pids: [pid], connections }
    // The first one warms up.
    await measureLoad({ ...load, seconds: 1 })
    const samples = { own: [] as number[], control: [] as number[], windows: [] as LoadSample[] }
    for (let round = 0; round < Math.min(ROUNDS, EFFORT.rounds); round += 1) {
      const [windows, probes] = await probeWhile(measureLoad(load), urls)
      samples.own.push(...probes.own)
      samples.control.push(...probes.control)
      samples.windows.push(...windows)
    }
    const what = `livez p99, ${connections.toLocaleString('en')} busy connections${workers === 1 ? ', workers: 1' : ''}`
    const isMost = connections === CONNECTIONS.at(-1)
    rows.push(toRow(what, samples, isMost ? budgetMs : undefined))
  }
  await bench.stop(pid)
  return rows
}

interface Samples {
  /** Milliseconds. */
  readonly own: readonly number[]
  readonly control: readonly number[]
  readonly windows: readonly LoadSample[]
}

function toRow(what: string, { own, control, windows }: Samples, budgetMs: number | undefined): Row {
  const describe = (values: readonly number[]): string =>
    `p50 ${quantile(values, 0.5).toFixed(1)}, p99 ${quantile(values, 0.99).toFixed(1)}`
  return {
    what,
    measured: quantile(own, 0.99),
    unit: 'ms',
    ...(budgetMs === undefined ? {} : { budget: { atMost: budgetMs } }),
    detail: `${describe(own)} ms of ${own.length}; an idle server beside it: ${describe(control)} ms; ${describeLoad(windows)}`,
  }
}

function describeLoad(windows: readonly LoadSample[]): string {
  const perSecond = 1e9 / median(windows.map(({ wallNs }) => wallNs))
  const cpuNs = median(windows.map((window) => window.cpuNs))
  return `${perSecond.toFixed(0)} decisions/s of ${(cpuNs / 1000).toFixed(1)} µs CPU`
}
