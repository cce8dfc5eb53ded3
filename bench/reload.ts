/** What a reload of ten thousand routes holds up: the longest turns of the event loop of each process. */
import { EFFORT } from './effort.ts'
import { findFreePort, withBench, type Bench } from './processes.ts'
import { median, quantile } from './rounds.ts'
import type { Row } from './row.ts'
import type { Suite } from './suite.ts'
import { createMinter, type Minter } from './tokens.ts'
import { turnsSince, watchTurns, worstOf, type Turn } from './turns-of.ts'
import { allowedHeaders, configText, decisionUrl } from './warder-server.ts'

const ROUTES = 10_000
const RELOADS = 7
const BUDGET_MS = 5
/** A request every few milliseconds: everything is compiled, and the loop runs. */
const ASK_EVERY_MS = 5
const RELOAD_TIMEOUT_MS = 20_000

export const reloadSuite: Suite = {
  name: 'reload',
  about: 'the longest turn of the event loop while 10,000 routes of the gateway are loaded again',
  async run() {
    return [
      ...(await withBench((bench) => measure(bench, 1))),
      ...(await withBench((bench) => measure(bench, 2))),
    ]
  },
}

async function measure(bench: Bench, workers: 1 | 2): Promise<readonly Row[]> {
  const minter = createMinter('ES256')
  const ports = {
    decisions: await findFreePort(),
    gateway: await findFreePort(),
    admin: await findFreePort(),
  }
  const file = await bench.write('warder.yaml', await text(bench, minter, ports, workers))
  const original = await Bun.file(file).text()
  const { directory: turns, command } = await watchTurns(bench)
  const url = decisionUrl(ports.decisions)
  const headers = allowedHeaders(minter.mint(0), ROUTES)
  const pid = await bench.start([...command, 'serve', '--no-watch', '-c', file], url, headers)
  const end = { isReached: false }
  const asking = ask(url, headers, end)
  const longest: Turn[][] = [[], []]
  for (let reload = 0; reload < Math.min(RELOADS, EFFORT.rounds); reload += 1) {
    await Bun.write(file, `${original}# ${reload}\n`)
    const startedAt = Date.now()
    process.kill(pid, 'SIGHUP')
    await reloaded(bench, reload + 1)
    // Turns that end a little later belong to it.
    await Bun.sleep(300)
    for (const [process, found] of await turnsSince(turns, startedAt))
      longest[process === String(pid) ? 0 : 1]?.push(worstOf(found))
  }
  end.isReached = true
  await asking
  await bench.stop(pid)
  return longest.flatMap((found, i) => toRows(workers, i === 0, found))
}

const text = (
  bench: Bench,
  minter: Minter,
  { decisions, gateway, admin }: Readonly<Record<'decisions' | 'gateway' | 'admin', number>>,
  workers: 1 | 2,
): Promise<string> =>
  configText(bench, minter, {
    workers,
    adminPort: admin,
    listen: `decisions: "127.0.0.1:${decisions}", gateway: "127.0.0.1:${gateway}"`,
    routes: Array.from(
      { length: ROUTES },
      (_, i) =>
        `  - { name: service-${i}, match: { host: api.bench.example, path: /service-${i}/** }, policy: read, upstream: app }`,
    ).join('\n'),
    more: 'upstreams: { app: { servers: ["http://127.0.0.1:9"] } }\n',
  })

async function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
  end: { readonly isReached: boolean },
): Promise<void> {
  while (!end.isReached) {
    const answer = await fetch(url, { headers })
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
    await answer.arrayBuffer()
    await Bun.sleep(ASK_EVERY_MS)
  }
}

/** Waits for so many successful reloads in the log. */
async function reloaded(bench: Bench, count: number): Promise<void> {
  const deadline = performance.now() + RELOAD_TIMEOUT_MS
  for (;;) {
    const log = await Bun.file(`${bench.directory}/0.log`).text()
    if (log.includes('"result":"refused"')) throw new Error(log.slice(-2_000))
    if (log.split('"result":"success"').length > count) return
    if (performance.now() > deadline) throw new Error(`no reload:\n${log.slice(-2_000)}`)
    await Bun.sleep(20)
  }
}

function toRows(workers: 1 | 2, isMain: boolean, found: readonly Turn[]): readonly Row[] {
  if (found.length === 0) return []
  const name = workers === 1 ? 'one process' : isMain ? 'supervisor' : 'worker'
  const describe = (values: readonly number[]): string =>
    `median ${median(values).toFixed(1)}, most ${quantile(values, 1).toFixed(1)} ms`
  const [wall, cpu] = [found.map((turn) => turn.wall), found.map((turn) => turn.cpu)]
  return [
    {
      what: `reload of 10,000 routes, longest turn, ${name}`,
      measured: median(cpu),
      unit: 'ms',
      budget: { atMost: BUDGET_MS },
      detail: `of ${found.length} reloads: CPU time ${describe(cpu)}; wall time ${describe(wall)}`,
    },
  ]
}
