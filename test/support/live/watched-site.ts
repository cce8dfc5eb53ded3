/** A site with everything around it: an OpenID provider, nginx and the gateway, two applications, and Prometheus with the alerts. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nginxSnippet } from '../../../src/callers/nginx/snippet.ts'
import { runWarder } from '../../cli/run-warder.ts'
import { whichProgram } from '../../../tools/programs.ts'
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import { freePort, waitFor } from './loopback.ts'
import { startNginx } from './nginx.ts'
import { startOidcProvider, type OidcProvider } from './oidc-provider.ts'
import { openClient } from './raw-client.ts'
import { startServe } from './serve-command.ts'
import { createTempDir } from './temp-dir.ts'

/** A line of the log. */
export type Line = Readonly<Record<string, unknown>>

export interface WatchedSite {
  readonly provider: OidcProvider
  readonly admin: string
  /** Processes of the application behind the gateway. */
  readonly apps: readonly ChildProgram[]
  /** A token for this site, from the provider. */
  token(audience?: string): Promise<string>
  /** One request through nginx, or to the gateway, from a client address. @returns Status and decision id. */
  send(
    door: 'nginx' | 'gateway',
    token: string,
    client: string,
  ): Promise<readonly [status: number, id: string]>
  lines(): readonly Line[]
  /** Value of a query, summed; undefined without a result. */
  query(expression: string): Promise<number | undefined>
  /** Waits until the alert fires. @returns Its labels. */
  firing(alert: string, labels?: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>>
  /** What a command of Warder prints about the running service. */
  warder(...args: readonly string[]): Promise<string>
}

export const SITE_AUDIENCE = 'https://orders.example.com/'
const MONITORING = join(import.meta.dir, '../../../monitoring')
const APP = join(import.meta.dir, 'small-app-main.ts')

export async function startWatchedSite(cleanup: Cleanup): Promise<WatchedSite> {
  const provider = await startOidcProvider(cleanup)
  // One after the other: they must differ.
  const [decisions, admin, gateway] = [await freePort(), await freePort(), await freePort()]
  const [front, appPorts] = [await freePort(), [await freePort(), await freePort()]]
  const apps = appPorts.map((port) => startProgram([process.execPath, APP, String(port)]))
  for (const app of apps) cleanup.add(() => app.stop('SIGKILL'))
  const directory = createTempDir(cleanup)
  const file = join(directory, 'warder.yaml')
  writeFileSync(file, configOf(provider.issuer, { decisions, admin, gateway, appPorts }))
  const warder = await startServe(file, decisions, cleanup)
  const snippet = nginxSnippet({
    decisions: [`127.0.0.1:${decisions}`],
    identityNames: ['X-Auth-Subject'],
    upstream: `http://127.0.0.1:${appPorts[0]}`,
    serverName: '_',
    listen: `127.0.0.1:${front}`,
  })
  await startNginx(snippet, front, cleanup)
  const prometheus = await startPrometheus(cleanup, directory, admin)
  return {
    provider,
    admin: `http://127.0.0.1:${admin}`,
    apps,
    token: (audience = SITE_AUDIENCE) => provider.token('orders:read', audience),
    async send(door, token, from) {
      const client = await openClient(door === 'nginx' ? front : gateway, from)
      client.send(
        `GET /orders/1 HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
      )
      const answer = await client.receive()
      client.close()
      return [answer.status, answer.values('X-Decision-Id')[0] ?? '']
    },
    lines: () => linesOf(warder.output()),
    ...prometheus,
    async warder(...args) {
      const ran = await runWarder([...args, '--server', `http://127.0.0.1:${admin}`], { nowMs: Date.now() })
      return ran.stdout
    },
  }
}

const linesOf = (output: string): readonly Line[] =>
  output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []))

interface Ports {
  readonly decisions: number
  readonly admin: number
  readonly gateway: number
  readonly appPorts: readonly number[]
}

const configOf = (issuer: string, { decisions, admin, gateway, appPorts }: Ports): string => `version: 1
workers: 2
issuers:
  - name: main
    issuer: ${issuer}
    audience: ${SITE_AUDIENCE}
    typ: at+jwt
    keys: { allow_http: true, refresh: 2s }
policies:
  orders-read: { scope: orders:read, identity: { X-Auth-Subject: sub } }
routes:
  - { name: orders, match: { path: /orders/** }, policy: orders-read, upstream: orders }
upstreams:
  orders:
    servers: [${appPorts.map((port) => `"http://127.0.0.1:${port}"`).join(', ')}]
    eject_after: 1
    health: { path: /health, interval: 500ms, timeout: 400ms }
listen:
  decisions: 127.0.0.1:${decisions}
  admin: 127.0.0.1:${admin}
  gateway: { address: "127.0.0.1:${gateway}", access_log: true }
log: { format: json }
drain: 0s
`

/** The durations and thresholds of the alerts for a day that lasts a minute. */
const FASTER: readonly (readonly [RegExp, string])[] = [
  [/for: \d+[ms]$/gm, 'for: 1s'],
  [/stale_seconds > 300/, 'stale_seconds > 3'],
  [/\[5m\]/g, '[15s]'],
  [/\[2m\]/g, '[15s]'],
  [/\[1h\]/g, '[5m]'],
  [/offset 5m/g, 'offset 15s'],
]

/** The rules or alerts as they are, but faster. */
const faster = (file: string): string => {
  const text = readFileSync(join(MONITORING, file), 'utf8')
  return FASTER.reduce((changed, [slow, fast]) => changed.replace(slow, fast), text)
}

type Prometheus = Pick<WatchedSite, 'query' | 'firing'>

async function startPrometheus(cleanup: Cleanup, directory: string, admin: number): Promise<Prometheus> {
  const port = await freePort()
  for (const file of ['rules.yaml', 'alerts.yaml']) writeFileSync(join(directory, file), faster(file))
  writeFileSync(
    join(directory, 'prometheus.yml'),
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yaml, alerts.yaml]
scrape_configs:
  - { job_name: warder, static_configs: [{ targets: ["127.0.0.1:${admin}"] }] }
`,
  )
  const program = startProgram([
    whichProgram('prometheus'),
    `--config.file=${directory}/prometheus.yml`,
    `--storage.tsdb.path=${directory}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ])
  cleanup.add(() => program.stop('SIGKILL'))
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)
    return ((await answer.json()) as { readonly data: T }).data
  }
  const query: Prometheus['query'] = async (expression) => {
    type Result = { readonly result: readonly { readonly value: readonly [number, string] }[] }
    const { result } = await get<Result>(`query?${new URLSearchParams({ query: expression }).toString()}`)
    return result.length === 0 ? undefined : result.reduce((sum, { value }) => sum + Number(value[1]), 0)
  }
  await program.ready('the first scrape', () => query('up').catch(() => undefined))
  return {
    query,
    firing: (alert, labels = {}) =>
      waitFor(`the alert ${alert}`, async () => {
        type Alert = { readonly state: string; readonly labels: Readonly<Record<string, string>> }
        const { alerts } = await get<{ readonly alerts: readonly Alert[] }>('alerts')
        const wanted = Object.entries({ ...labels, alertname: alert })
        return alerts.find(
          (one) => one.state === 'firing' && wanted.every(([name, value]) => one.labels[name] === value),
        )?.labels
      }),
  }
}
