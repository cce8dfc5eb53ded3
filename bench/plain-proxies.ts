/** nginx, Caddy and Traefik as plain reverse proxies: no check, no log, bodies streamed, connections kept. */
import { ensurePrograms, type Program, whichProgram } from '../tools/programs.ts'
import type { AppPorts } from './apps.ts'
import { guardedUrl } from './gateway-server.ts'
import { startNginxProcess } from './nginx-process.ts'
import { type Bench, findFreePort, type RunningServer } from './processes.ts'

const START = { nginx: startNginx, Caddy: startCaddy, Traefik: startTraefik } as const

type PlainProxy = keyof typeof START

export const PLAIN_PROXIES = Object.keys(START) as readonly PlainProxy[]

/** Starts those that are installed or can be. */
export async function startPlainProxies(
  bench: Bench,
  apps: AppPorts,
): Promise<Readonly<Partial<Record<PlainProxy, RunningServer>>>> {
  const missing = await ensurePrograms(['nginx', 'caddy', 'traefik'])
  const running: Partial<Record<PlainProxy, RunningServer>> = {}
  for (const name of PLAIN_PROXIES)
    if (!missing.includes(name.toLowerCase() as Program))
      running[name] = await START[name](bench, apps, await findFreePort())
  return running
}

async function startNginx(bench: Bench, { content, sink }: AppPorts, port: number): Promise<RunningServer> {
  const pid = await startNginxProcess(bench, {
    name: 'plain-nginx',
    // The last three: by default nginx buffers whole bodies on disk, which the others never do.
    http: `upstream content { server 127.0.0.1:${content}; keepalive 64; keepalive_requests 1000000000; }
  upstream sink { server 127.0.0.1:${sink}; keepalive 64; keepalive_requests 1000000000; }
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_max_temp_file_size 0;
  proxy_request_buffering off;
  client_max_body_size 0;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://content; }
    location = /upload { proxy_pass http://sink; }
  }`,
    url: guardedUrl(port, '1KiB'),
  })
  return { pid, port }
}

async function startCaddy(bench: Bench, { content, sink }: AppPorts, port: number): Promise<RunningServer> {
  const file = await bench.write(
    'Caddyfile',
    `{
  admin off
  auto_https off
  storage file_system ${bench.directory}/caddy
}
http://127.0.0.1:${port} {
  reverse_proxy /upload 127.0.0.1:${sink}
  reverse_proxy 127.0.0.1:${content}
}
`,
  )
  const command = [whichProgram('caddy'), 'run', '--adapter', 'caddyfile', '--config', file]
  return { pid: await bench.start(command, guardedUrl(port, '1KiB')), port }
}

async function startTraefik(bench: Bench, { content, sink }: AppPorts, port: number): Promise<RunningServer> {
  // By default the longer rule is matched first, and these two have the same length.
  const routes = await bench.write(
    'traefik-routes.yaml',
    `http:
  routers:
    content: { rule: PathPrefix(\`/\`), service: content }
    upload: { rule: Path(\`/upload\`), priority: 100, service: sink }
  services:
    content: { loadBalancer: { servers: [{ url: "http://127.0.0.1:${content}" }] } }
    sink: { loadBalancer: { servers: [{ url: "http://127.0.0.1:${sink}" }] } }
`,
  )
  const file = await bench.write(
    'traefik.yaml',
    `global: { checkNewVersion: false, sendAnonymousUsage: false }
log: { level: ERROR }
entryPoints: { web: { address: "127.0.0.1:${port}" } }
providers: { file: { filename: ${routes}, watch: false } }
`,
  )
  const command = [whichProgram('traefik'), `--configfile=${file}`]
  return { pid: await bench.start(command, guardedUrl(port, '1KiB')), port }
}
