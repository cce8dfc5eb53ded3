/** `warder serve` as a measured process, with a realistic configuration. */
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

/** The headers that nginx sends for a request that the last of `routes` routes allows. */
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
  const listen = `decisions: "127.0.0.1:${port}"`
  const text = await configText(bench, minter, { routes: routesText(routes), listen })
  const file = await bench.write(`warder-${port}.yaml`, text)
  const token = minter.mint(0)
  const serve = [...command, 'serve', '-c', file]
  const pid = await bench.start(serve, decisionUrl(port), allowedHeaders(token, routes))
  return { pid, port }
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

/** A configuration whose routes may name the policy `read`. */
export async function configText(
  bench: Bench,
  minter: Minter,
  /** YAML: lines of the list of routes, members of `listen`, and additional sections. */
  parts: { readonly routes: string; readonly listen: string; readonly more?: string },
): Promise<string> {
  return `version: 1
issuers:
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
listen: { ${parts.listen}, admin: "127.0.0.1:${await findFreePort()}" }
${parts.more ?? ''}`
}

async function keysText(bench: Bench, { publicKey, verifyWith, algorithm }: Minter): Promise<string> {
  if (publicKey === undefined) return `{ secret: "${verifyWith}" }`
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: algorithm, use: 'sig' }
  return `{ jwks_file: "${await bench.write('jwks.json', JSON.stringify({ keys: [jwk] }))}" }`
}

function routesText(routes: number): string {
  const line = (index: number): string =>
    `  - { name: service-${index}, match: { host: api.bench.example, path: /service-${index}/** }, policy: read }`
  return Array.from({ length: routes }, (_, index) => line(index)).join('\n')
}
