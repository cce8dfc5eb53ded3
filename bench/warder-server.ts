/** `warder serve` as a process under measurement, with a configuration like an operator's. */
import { resolve } from 'node:path'
import { type Bench, findFreePort, type RunningServer } from './processes.ts'
import { AUDIENCE, ISSUER, type Minter } from './tokens.ts'

const ROOT = resolve(import.meta.dir, '..')
const BUN = [process.execPath, '--no-env-file']

/** The command line of `warder`, from source. */
export const WARDER_FROM_SOURCE: readonly string[] = [...BUN, `${ROOT}/src/cli/main.ts`]

/** The compiled binary, after `npm run build`. */
export const WARDER_BINARY = `${ROOT}/dist/warder`

export interface WarderOptions {
  readonly minter: Minter
  /** How many routes; the request of {@link allowedHeaders} matches the last. Default 1. */
  readonly routes?: number
  /** Default {@link WARDER_FROM_SOURCE}. */
  readonly command?: readonly string[]
}

export const decisionUrl = (port: number): string => `http://127.0.0.1:${port}/v1/auth/nginx`

/** What nginx sends for a request that the last of `routes` routes allows. */
export function allowedHeaders(token: string, routes: number = 1): Readonly<Record<string, string>> {
  return {
    Authorization: `Bearer ${token}`,
    'X-Original-Method': 'GET',
    'X-Original-URL': `https://api.bench.example/service-${routes - 1}/orders/4711?expand=lines`,
  }
}

/** Starts it and waits for the first allowed decision. */
export async function startWarder(bench: Bench, options: WarderOptions): Promise<RunningServer> {
  const port = await findFreePort()
  const { minter, routes = 1, command = WARDER_FROM_SOURCE } = options
  const file = await bench.write(`warder-${port}.yaml`, await configText(bench, minter, routes, port))
  const token = minter.mint(0)
  const serve = [...command, 'serve', '-c', file]
  const pid = await bench.start(serve, decisionUrl(port), allowedHeaders(token, routes))
  return { pid, port }
}

/** A yardstick of the decision suite: one of the files in servers/. */
export async function startYardstick(bench: Bench, file: 'bare.ts' | 'least.ts'): Promise<RunningServer> {
  const port = await findFreePort()
  const pid = await bench.start(
    [...BUN, `${import.meta.dir}/servers/${file}`, String(port)],
    `http://127.0.0.1:${port}/`,
  )
  return { pid, port }
}

/** The gateway, with the same configuration, in front of an application on a port of loopback. */
export async function startGatewayWarder(bench: Bench, minter: Minter, app: number): Promise<RunningServer> {
  const decisions = await findFreePort()
  const port = await findFreePort()
  const plain = await configText(bench, minter, 1, decisions)
  const text = plain
    .replace('policy: read }', 'policy: read, upstream: app }')
    .replace(
      'listen: {',
      `upstreams: { app: { servers: ["http://127.0.0.1:${app}"] } }\nlisten: { gateway: "127.0.0.1:${port}",`,
    )
    // The load generator names the address as its host.
    .replace('host: api.bench.example, ', '')
  const file = await bench.write(`gateway-${port}.yaml`, text)
  const url = `http://127.0.0.1:${port}/service-0/orders`
  const serve = [...WARDER_FROM_SOURCE, 'serve', '-c', file]
  const pid = await bench.start(serve, url, { Authorization: `Bearer ${minter.mint(0)}` })
  return { pid, port }
}

async function configText(bench: Bench, minter: Minter, routes: number, port: number): Promise<string> {
  return `version: 1
issuers:
  - name: bench
    issuer: ${ISSUER}
    audience: ["${AUDIENCE}"]
    algorithms: [${minter.algorithm}]
    keys: ${await keysText(bench, minter, port)}
policies:
  read:
    scope: orders:read
    claims:
      email_verified: true
    identity:
      X-Auth-Subject: sub
      X-Auth-Roles: realm_access.roles
routes:
${routesText(routes)}
listen: { decisions: "127.0.0.1:${port}", admin: "127.0.0.1:${await findFreePort()}" }
`
}

async function keysText(
  bench: Bench,
  { publicKey, verifyWith, algorithm }: Minter,
  port: number,
): Promise<string> {
  if (publicKey === undefined) return `{ secret: "${verifyWith}" }`
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: algorithm, use: 'sig' }
  return `{ jwks_file: "${await bench.write(`jwks-${port}.json`, JSON.stringify({ keys: [jwk] }))}" }`
}

function routesText(routes: number): string {
  const line = (index: number): string =>
    `  - { name: service-${index}, match: { host: api.bench.example, path: /service-${index}/** }, policy: read }`
  return Array.from({ length: routes }, (_, index) => line(index)).join('\n')
}
