/** A guarded request through each proxy with its printed text, beside the checks that HAProxy and Envoy have themselves. */
import { ensurePrograms } from '../tools/programs.ts'
import { PROXIES } from '../src/callers/callers.ts'
import { measureContenders, type Missing } from './contenders.ts'
import { startEnvoy } from './envoy.ts'
import { GUARDING_PROXIES, startGuarding, type GuardingProxy } from './guarding-proxies.ts'
import { measureLoad } from './load.ts'
import { type Bench, findFreePort, type RunningServer, withBench } from './processes.ts'
import { proxyUrl, startHaproxy } from './proxies.ts'
import type { Measure } from './rounds.ts'
import { cpuRow, type Row } from './row.ts'
import type { Suite } from './suite.ts'
import { writeTokens } from './token-files.ts'
import { createMinter } from './tokens.ts'
import { startWarder, startYardstick } from './warder-server.ts'
import { TOKEN_PLACE } from './wrk.ts'

const TOKENS = 1_000
/** The one that Warder's route allows. */
const HOST = { Host: 'api.bench.example' }

export const proxyGuardsSuite: Suite = {
  name: 'proxy-guards',
  about: 'each proxy with its printed text + Warder, 1,000 warm tokens, against jwt_authn and jwt_verify',
  run: () => withBench(compare),
}

async function compare(bench: Bench): Promise<readonly Row[]> {
  const minter = createMinter('RS256')
  const missing = await ensurePrograms([...new Set(GUARDING_PROXIES.flatMap(({ programs }) => programs))])
  const app = (await startYardstick(bench, 'bare.ts')).port
  const grpc = await findFreePort()
  const spoe = await findFreePort()
  const warder = await startWarder(bench, { minter, grpcPort: grpc, spoePort: spoe })
  const tokens = { file: await writeTokens(bench, minter, TOKENS) }
  const started = { ...HOST, Authorization: `Bearer ${minter.mint(0)}` }
  const headers = { ...HOST, Authorization: `Bearer ${TOKEN_PLACE}` }
  const load =
    ({ port }: RunningServer, pids: readonly number[]): Measure =>
    () =>
      measureLoad({ url: proxyUrl(port), headers, tokens, pids })
  const contenders: Record<string, Measure | Missing> = {}
  const add = async (
    name: string,
    needs: readonly string[],
    start: () => Promise<Measure>,
  ): Promise<void> => {
    const absent = needs.find((program) => missing.some((one) => one === program))
    contenders[name] = absent === undefined ? await start() : { missing: `${absent} is not installed` }
  }
  const ports = { decisions: warder.port, grpc, spoe, app }
  for (const proxy of GUARDING_PROXIES)
    await add(titleOf(proxy), proxy.programs, async () => {
      const server = await startGuarding(bench, proxy, ports, started)
      return load(server, [server.pid, warder.pid])
    })
  await add('jwt_authn', ['envoy'], async () => {
    const server = await startEnvoy(bench, { app, minter }, started)
    return load(server, [server.pid])
  })
  await add('jwt_verify', ['haproxy'], async () => {
    const server = await startHaproxy(bench, { app }, minter, started)
    return load(server, [server.pid])
  })
  const cost = await measureContenders(contenders)
  const of = (name: string): (typeof cost)[string] => cost[name] ?? { missing: `${name} was not measured` }
  return GUARDING_PROXIES.map(titleOf).flatMap((title) => [
    cpuRow(`${title} + Warder / Envoy jwt_authn`, of(title), of('jwt_authn')),
    cpuRow(`${title} + Warder / HAProxy jwt_verify`, of(title), of('jwt_verify')),
  ])
}

function titleOf({ name, by }: GuardingProxy): string {
  const title = PROXIES.find((proxy) => proxy.name === name)?.title ?? name
  return by === undefined ? title : `${title} by ${by}`
}
