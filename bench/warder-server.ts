/** `warder serve` as a measured process, with a realistic configuration. */
import { type Bench, findFreePort, type RunningServer } from './processes.ts'
import { AUDIENCE, ISSUER, type Minter } from './tokens.ts'
import { WARDER_FROM_SOURCE } from './warder-command.ts'
import { hasWorkersSetting } from './workers-setting.ts'

const BUN = [process.execPath, '--no-env-file']

export interface WarderOptions {
  readonly minter: Minter
  /** How many routes; the request of {@link allowedHeaders} matches the last. Default 1. */
  readonly routes?: number
  /** Default {@link WARDER_FROM_SOURCE}. */
  readonly command?: readonly string[]
  /** Verified tokens that it remembers. Default: the default of the setting. */
  readonly cacheTokens?: number
  /** Default 1: one process, as of the servers that it is compared with. */
  readonly workers?: number | 'auto'
  /** The cores that it runs on, as `taskset` takes them. Default: all. */
  readonly cores?: string
  /** Port of its gRPC listener. Default: there is none. */
  readonly grpcPort?: number
  /** Port of its SPOE listener. Default: there is none. */
  readonly spoePort?: number
  /** What follows the decisions besides the log. Default: metrics and recent decisions. */
  readonly watched?: 'nothing' | 'metrics'
}

/** Warder with its admin listener, which has the health checks. */
export interface RunningWarder extends RunningServer {
  readonly adminPort: number
  /** From the start of the process to the first allowed decision. */
  readonly startMs: number
}

export const decisionUrl = (port: number): string => `http://127.0.0.1:${port}/v1/auth/nginx`

/** Where a token is judged by the policy alone, without a request. */
export const tokenUrl = (port: number): string => `http://127.0.0.1:${port}/v1/auth/token/read`

/** The headers that nginx sends for a request that the last of `routes` routes allows. */
export function allowedHeaders(token: string, routes: number = 1): Readonly<Record<string, string>> {
  return {
    Authorization: `Bearer ${token}`,
    'X-Original-Method': 'GET',
    'X-Original-URL': `https://api.bench.example/service-${routes - 1}/orders/4711?expand=lines`,
  }
}

/** Starts it and waits for the first allowed decision. */
export async function startWarder(bench: Bench, options: WarderOptions): Promise<RunningWarder> {
  const port = await findFreePort()
  const adminPort = await findFreePort()
  const { minter, routes = 1, command = WARDER_FROM_SOURCE, cacheTokens, workers, cores } = options
  const { grpcPort, spoePort, watched } = options
  const settings = [
    ...(cacheTokens === undefined ? [] : [`cache: { tokens: ${cacheTokens} }\n`]),
    ...(watched === 'metrics' ? ['admin: { recent_decisions: 0 }\n'] : []),
  ]
  const text = await configText(bench, minter, {
    routes: routesText(routes),
    listen: `decisions: "127.0.0.1:${port}"${more('grpc', grpcPort)}${more('spoe', spoePort)}`,
    adminPort: watched === 'nothing' ? 'off' : adminPort,
    ...(workers === undefined ? {} : { workers }),
    more: settings.join(''),
  })
  const file = await bench.write(`warder-${port}.yaml`, text)
  const token = minter.mint(0)
  const pinned = cores === undefined ? [] : ['taskset', '-c', cores]
  const serve = [...pinned, ...command, 'serve', '-c', file]
  const startedAt = performance.now()
  const pid = await bench.start(serve, decisionUrl(port), allowedHeaders(token, routes))
  return { pid, port, adminPort, startMs: performance.now() - startedAt }
}

/** One of the files in servers/: a reference, or an application. */
export async function startYardstick(
  bench: Bench,
  file: 'bare.ts' | 'least.ts' | 'sink.ts',
): Promise<RunningServer> {
  const port = await findFreePort()
  const pid = await bench.start(
    [...BUN, `${import.meta.dir}/servers/${file}`, String(port)],
    `http://127.0.0.1:${port}/`,
  )
  return { pid, port }
}

export interface ConfigParts {
  /** YAML: lines of the list of routes, members of `listen`, and additional sections. */
  readonly routes: string
  readonly listen: string
  readonly more?: string
  /** Default: a free one. */
  readonly adminPort?: number | 'off'
  /** Default 1. */
  readonly workers?: number | 'auto'
}

/** A configuration whose routes may name the policy `read`. */
export async function configText(bench: Bench, minter: Minter, parts: ConfigParts): Promise<string> {
  const workers = (await hasWorkersSetting()) ? `workers: ${parts.workers ?? 1}\n` : ''
  return `version: 1
${workers}issuers:
  - name: bench
    issuer: ${ISSUER}
    audience: ["${AUDIENCE}"]
    algorithms: [${minter.algorithm}]
    keys: ${await keysText(bench, minter)}
policies:
  read:
    scope: orders:read
    claims:
      email_verified: true
    identity:
      X-Auth-Subject: sub
      X-Auth-Roles: realm_access.roles
routes:
${parts.routes}
listen: { ${parts.listen}, admin: "${await adminText(parts.adminPort)}" }
${parts.more ?? ''}`
}

const adminText = async (port: ConfigParts['adminPort']): Promise<string> =>
  port === 'off' ? 'off' : `127.0.0.1:${port ?? (await findFreePort())}`

async function keysText(bench: Bench, minter: Minter): Promise<string> {
  return minter.publicKey === undefined
    ? `{ secret: "${minter.verifyWith}" }`
    : `{ jwks_file: "${await bench.write('jwks.json', minter.jwks())}" }`
}

function routesText(routes: number): string {
  const line = (index: number): string =>
    `  - { name: service-${index}, match: { host: api.bench.example, path: /service-${index}/** }, policy: read }`
  return Array.from({ length: routes }, (_, index) => line(index)).join('\n')
}

const more = (name: string, port: number | undefined): string =>
  port === undefined ? '' : `, ${name}: "127.0.0.1:${port}"`
