/** A scrape of 1,000 routes with 12 reasons each: its time, CPU time, the longest turn, and the memory of the series. */
import { createCpuMeter } from './cpu-of.ts'
import { scaled, EFFORT } from './effort.ts'
import { readResidentMiB } from './memory-of.ts'
import { treeOf } from './process-tree.ts'
import type { Bench } from './processes.ts'
import { median, quantile } from './rounds.ts'
import type { Row } from './row.ts'
import { createMinter } from './tokens.ts'
import { turnsSince, watchTurns, worstOf, type Turn } from './turns-of.ts'
import { allowedHeaders, decisionUrl, startWarder } from './warder-server.ts'

const ROUTES = scaled(1_000)
const REASONS = 10
const SCRAPES = 10
const CONNECTIONS = 16
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0'
const TOTAL_BUDGET_MS = 50
const TURN_BUDGET_MS = 5
/** A request beside the scrapes, so that a turn holds up somebody. */
const ASK_EVERY_MS = 2
/** Each of several workers counts nearly all series: a request goes to any of them. */
const ROUNDS_PER_WORKER = 2
// Turns that end a little later belong to the scrape; memory settles.
const AFTER_MS = 300
const SETTLE_MS = 5_000

export async function measureScrape(bench: Bench, workers = 1): Promise<readonly Row[]> {
  const minter = createMinter('ES256')
  const { directory, command } = await watchTurns(bench)
  const { pid, port, adminPort } = await startWarder(bench, { minter, routes: ROUTES, command, workers })
  const pids = treeOf([pid])
  const deciding = new Set((workers === 1 ? pids : pids.slice(1)).map(String))
  const readMemory = (): number => pids.reduce((sum, one) => sum + readResidentMiB(one), 0)
  await Bun.sleep(SETTLE_MS)
  const before = readMemory()
  for (let round = 0; round < (workers === 1 ? 1 : workers * ROUNDS_PER_WORKER); round += 1)
    await countAll(port, authorizations(minter.mint(0), minter.mint(1, 7_200)))
  await Bun.sleep(SETTLE_MS)
  const counted = readMemory()
  const end = { isReached: false }
  const asking = ask(decisionUrl(port), allowedHeaders(minter.mint(0), ROUTES), end)
  const times: number[] = []
  const cpu: number[] = []
  const turns: Turn[] = []
  let series = 0
  for (let scrape = 0; scrape < Math.max(2, Math.min(SCRAPES, EFFORT.rounds * 2)); scrape += 1) {
    const startedAt = Date.now()
    const cpuNs = createCpuMeter(pids)
    const from = performance.now()
    // As Prometheus asks, with exemplars.
    const answer = await fetch(`http://127.0.0.1:${adminPort}/metrics`, { headers: { accept: OPEN_METRICS } })
    const text = await answer.text()
    times.push(performance.now() - from)
    cpu.push(cpuNs() / 1e6)
    series = text.split('\nwarder_decisions_total{').length - 1
    await Bun.sleep(AFTER_MS)
    for (const [process, found] of await turnsSince(directory, startedAt))
      if (deciding.has(process)) turns.push(worstOf(found))
  }
  end.isReached = true
  await asking
  if (series < ROUTES * REASONS) throw new Error(`only ${series} series of decisions`)
  await Bun.sleep(SETTLE_MS)
  return toRows({ workers, series, times, cpu, turns, memory: [before, counted, readMemory()] })
}

interface Found {
  readonly workers: number
  readonly series: number
  readonly times: readonly number[]
  /** Of all processes. */
  readonly cpu: readonly number[]
  readonly turns: readonly Turn[]
  readonly memory: readonly [before: number, counted: number, scraped: number]
}

function toRows({ workers, series, times, cpu: all, turns, memory }: Found): readonly Row[] {
  const [before, counted, scraped] = memory
  const [first = Number.NaN] = times
  const describe = (values: readonly number[]): string =>
    `median ${median(values).toFixed(1)}, most ${quantile(values, 1).toFixed(1)} ms`
  const [cpu, wall] = [turns.map((turn) => turn.cpu), turns.map((turn) => turn.wall)]
  const served = workers === 1 ? '' : `, ${workers} workers`
  const what = `scrape of ${series.toLocaleString('en')} series${served}`
  return [
    {
      what,
      measured: median(times),
      unit: 'ms',
      budget: { atMost: TOTAL_BUDGET_MS },
      detail: `of ${times.length} scrapes: ${describe(times)}; the first ${first.toFixed(1)} ms; CPU time ${describe(all)}`,
    },
    {
      what: `${what}, longest turn`,
      measured: median(cpu),
      unit: 'ms',
      budget: { atMost: TURN_BUDGET_MS },
      detail: `CPU time ${describe(cpu)}; wall time ${describe(wall)}`,
    },
    {
      what: `${series.toLocaleString('en')} series${served}, memory`,
      measured: scraped - before,
      unit: 'MiB',
      detail: `${before.toFixed(0)} MiB resident before, ${counted.toFixed(0)} MiB when they were counted, ${scraped.toFixed(0)} MiB after the scrapes; the garbage of ${series.toLocaleString('en')} denials and of the recent decisions is part of it`,
    },
  ]
}

/** Values of `Authorization`, each with another reason. */
function authorizations(valid: string, expired: string): readonly (string | undefined)[] {
  const [header = '', claims = '', signature = ''] = valid.split('.')
  const changed = (part: string, change: object): string =>
    Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(part, 'base64url').toString()), ...change }),
    ).toString('base64url')
  return [
    undefined,
    'Basic dXNlcjpwYXNzd29yZA==',
    'Bearer nonsense',
    'Bearer a.b.c.d.e',
    `Bearer ${'a'.repeat(20_000)}`,
    `Bearer ${valid}`,
    `Bearer ${expired}`,
    `Bearer ${header}.${claims}.${signature.slice(0, -10)}AAAAAAAAAA`,
    `Bearer ${changed(header, { kid: 'previous' })}.${claims}.${signature}`,
    `Bearer ${changed(header, { alg: 'RS512' })}.${claims}.${signature}`,
    `Bearer ${changed(header, { crit: ['b64'] })}.${claims}.${signature}`,
    `Bearer ${header}.${changed(claims, { iss: 'https://other.example' })}.${signature}`,
  ]
}

/** Has each route decide for each reason. */
async function countAll(port: number, values: readonly (string | undefined)[]): Promise<void> {
  const work = Array.from({ length: ROUTES }, (_, route) => values.map((value) => ({ route, value }))).flat()
  const send = async (): Promise<void> => {
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      const { Authorization: _, ...headers } = allowedHeaders('', next.route + 1)
      const answer = await fetch(decisionUrl(port), {
        headers: { ...headers, ...(next.value !== undefined && { Authorization: next.value }) },
      })
      await answer.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, send))
}

async function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
  end: { readonly isReached: boolean },
): Promise<void> {
  while (!end.isReached) {
    await (await fetch(url, { headers })).arrayBuffer()
    await Bun.sleep(ASK_EVERY_MS)
  }
}
