/** The gateway beside nginx and Caddy as plain reverse proxies: the cost of one small proxied request. */
import { ensurePrograms, PROGRAM_PATH } from '../tools/programs.ts'
import { measureLoad } from './load.ts'
import { type Bench, findFreePort, type RunningServer, withBench } from './processes.ts'
import { proxyUrl } from './proxies.ts'
import { measureInterleaved, type Measure, type Sample } from './rounds.ts'
import { type Suite } from './suite.ts'
import { formatCost, type Row } from './table.ts'
import { createMinter } from './tokens.ts'
import { startYardstick, startGatewayWarder } from './warder-server.ts'

export const gatewaySuite: Suite = {
  name: 'gateway',
  about: 'a small proxied request: the gateway with a warm token against nginx and Caddy without any check',
  run: () => withBench(compareProxies),
}

async function compareProxies(bench: Bench): Promise<readonly Row[]> {
  const missing = new Set(await ensurePrograms(['nginx', 'caddy']))
  const minter = createMinter('RS256')
  const headers = { Authorization: `Bearer ${minter.mint(0)}` }
  // Everybody forwards to it; its own CPU time is not counted.
  const app = await startYardstick(bench, 'bare.ts')
  const measure =
    ({ pid, port }: RunningServer): Measure =>
    () =>
      measureLoad({ url: proxyUrl(port), headers, pids: [pid] })
  const variants: Record<string, Measure> = {
    gateway: measure(await startGatewayWarder(bench, minter, app.port)),
  }
  if (!missing.has('nginx')) variants['nginx'] = measure(await startPlainNginx(bench, app.port))
  if (!missing.has('caddy')) variants['Caddy'] = measure(await startPlainCaddy(bench, app.port))
  const cost = await measureInterleaved(variants)
  const ours = cost['gateway']
  return ours === undefined ? [] : Object.entries(cost).flatMap(([name, theirs]) => rowOf(name, ours, theirs))
}

function rowOf(name: string, ours: Sample, theirs: Sample): readonly Row[] {
  if (name === 'gateway') return []
  return [
    {
      what: `gateway with a token against ${name} without a check, small answers`,
      measured: ours.cpuNs / theirs.cpuNs,
      unit: 'ratio',
      ...(name === 'Caddy' ? { budget: { atMost: 0.7 } } : {}),
      detail: `${formatCost(ours)} against ${formatCost(theirs)}`,
    },
  ]
}

const which = (program: string): string => Bun.which(program, { PATH: PROGRAM_PATH }) ?? program

async function startPlainNginx(bench: Bench, app: number): Promise<RunningServer> {
  const port = await findFreePort()
  const { directory } = bench
  const file = await bench.write(
    'plain-nginx.conf',
    `daemon off;
master_process off;
pid ${directory}/plain-nginx.pid;
error_log stderr warn;
events { worker_connections 512; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  upstream app { server 127.0.0.1:${app}; keepalive 64; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_pass http://app;
    }
  }
}
`,
  )
  const command = [which('nginx'), '-p', directory, '-c', file, '-e', 'stderr']
  return { pid: await bench.start(command, proxyUrl(port)), port }
}

async function startPlainCaddy(bench: Bench, app: number): Promise<RunningServer> {
  const port = await findFreePort()
  const file = await bench.write(
    'Caddyfile',
    `{
  admin off
  auto_https off
  storage file_system ${bench.directory}/caddy
}
http://127.0.0.1:${port} {
  reverse_proxy 127.0.0.1:${app}
}
`,
  )
  const command = [which('caddy'), 'run', '--adapter', 'caddyfile', '--config', file]
  return { pid: await bench.start(command, proxyUrl(port)), port }
}
