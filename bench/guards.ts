/** The whole guard of an application, process by process: nginx with Warder, HAProxy and Envoy with their own check. */
import { ensurePrograms } from '../tools/programs.ts'
import { measureContenders, type Missing } from './contenders.ts'
import { startEnvoy } from './envoy.ts'
import { measureLoad } from './load.ts'
import { startNginxProcess } from './nginx-process.ts'
import { type Bench, findFreePort, type RunningServer, withBench } from './processes.ts'
import { proxyUrl, startHaproxy, startNginx } from './proxies.ts'
import type { Measure } from './rounds.ts'
import { cpuRow, type Row, withPeer } from './row.ts'
import { requirePrograms, type Suite } from './suite.ts'
import { writeTokens } from './token-files.ts'
import { createMinter } from './tokens.ts'
import { startWarder, startYardstick } from './warder-server.ts'
import { TOKEN_PLACE } from './wrk.ts'

// The usual algorithms of identity providers; ES256 is more expensive to verify.
const COMPARED = ['RS256', 'ES256'] as const
const CHART_OF = { RS256: 'guards-rs256', ES256: 'guards-es256' } as const
const TOKENS = 1_000
const BUDGETS = { haproxy: 1, envoy: 0.4 } as const

export const guardsSuite: Suite = {
  name: 'guards',
  about:
    'nginx + Warder with 1,000 warm tokens against HAProxy jwt_verify and Envoy jwt_authn, CPU of all processes',
  async run() {
    await requirePrograms(['nginx'])
    const rows: Row[] = []
    for (const algorithm of COMPARED) rows.push(...(await withBench((bench) => compare(bench, algorithm))))
    return rows
  },
}

async function compare(bench: Bench, algorithm: (typeof COMPARED)[number]): Promise<readonly Row[]> {
  const minter = createMinter(algorithm)
  const started = { Authorization: `Bearer ${minter.mint(0)}` }
  const missing = await ensurePrograms(['haproxy', 'envoy'])
  // All of them forward to it; its own CPU time is not counted.
  const app = (await startYardstick(bench, 'bare.ts')).port
  const warder = await startWarder(bench, { minter })
  const nginx = await startNginx(bench, { warder: warder.port, app }, started)
  const plain = await startPlainNginx(bench, app)
  const tokens = { file: await writeTokens(bench, minter, TOKENS) }
  const headers = { Authorization: `Bearer ${TOKEN_PLACE}` }
  const load =
    ({ port }: RunningServer, pids: readonly number[]): Measure =>
    () =>
      measureLoad({ url: proxyUrl(port), headers, tokens, pids })
  const orMissing = async (
    name: 'haproxy' | 'envoy',
    start: () => Promise<RunningServer>,
  ): Promise<Measure | Missing> => {
    if (missing.includes(name)) return { missing: `${name} is not installed` }
    const server = await start()
    return load(server, [server.pid])
  }
  const cost = await measureContenders({
    ours: load(nginx, [nginx.pid, warder.pid]),
    plain: load(plain, [plain.pid]),
    haproxy: await orMissing('haproxy', () => startHaproxy(bench, { app }, minter, started)),
    envoy: await orMissing('envoy', () => startEnvoy(bench, { app, minter }, started)),
    remembering: await orMissing('envoy', () =>
      startEnvoy(bench, { app, minter, cacheTokens: TOKENS }, started),
    ),
  })
  const row = (name: string, theirs: (typeof cost)['ours'], atMost?: number): Row =>
    withPeer(
      cpuRow(`nginx + Warder / ${name}, ${algorithm}`, cost.ours, theirs, atMost),
      CHART_OF[algorithm],
      name,
    )
  return [
    row('HAProxy jwt_verify', cost.haproxy, BUDGETS.haproxy),
    row('Envoy jwt_authn', cost.envoy, BUDGETS.envoy),
    row('Envoy jwt_authn with its cache', cost.remembering),
    row('nginx without a check', cost.plain),
  ]
}

async function startPlainNginx(bench: Bench, app: number): Promise<RunningServer> {
  const port = await findFreePort()
  const http = `upstream app { server 127.0.0.1:${app}; keepalive 64; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://app; }
  }`
  return { pid: await startNginxProcess(bench, { name: 'unguarded', http, url: proxyUrl(port) }), port }
}
