/** A site as operators run it: nginx with the printed snippet, `warder serve` as a process, an application. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nginxSnippet } from '../../../src/callers/nginx/snippet.ts'
import type { ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import { startEchoApp, type EchoApp } from './echo-app.ts'
import { freePort } from './loopback.ts'
import { startNginx } from './nginx.ts'
import { ask, type RawResponse } from './raw-client.ts'
import { startServe } from './serve-command.ts'
import { createTempDir } from './temp-dir.ts'

export interface ServedSite {
  /** Where clients go. */
  readonly port: number
  /** Where Warder keeps what outlives a restart. */
  readonly stateDir: string
  readonly app: EchoApp
  /** Warder's current process. */
  warder(): ChildProgram
  /** Starts Warder again after it was stopped; the same file, the same ports. */
  restart(): Promise<void>
  /** One request through nginx. */
  ask(token: string): Promise<RawResponse>
  /** `/readyz?verbose` of Warder: its status and its lines. */
  readiness(): Promise<{ readonly status: number; readonly lines: readonly string[] }>
}

export interface ServedSiteOptions {
  /** The list `issuers`, in YAML; see {@link issuerLine}. */
  readonly issuers: readonly string[]
  /** Changes the snippet before nginx gets it. */
  readonly editSnippet?: (text: string) => string
  /** A module that Warder's process loads first. */
  readonly preload?: string
}

export const SITE_AUDIENCE = 'https://orders.example.com/'

/** One issuer of the site. */
export const issuerLine = (name: string, issuer: string, keys: string): string =>
  `  - { name: ${name}, issuer: "${issuer}", audience: "${SITE_AUDIENCE}", keys: { allow_http: true, ${keys} } }`

export async function startServedSite(cleanup: Cleanup, options: ServedSiteOptions): Promise<ServedSite> {
  const [decisions, admin, port] = [await freePort(), await freePort(), await freePort()]
  const dir = createTempDir(cleanup)
  const file = join(dir, 'warder.yaml')
  writeFileSync(file, siteConfig(options.issuers, decisions, admin))
  const app = await startEchoApp(cleanup)
  let warder = await startServe(file, decisions, cleanup, options)
  const snippet = nginxSnippet({
    decisions: [`127.0.0.1:${decisions}`],
    identityNames: ['X-Auth-Subject'],
    upstream: `http://127.0.0.1:${app.port}`,
    serverName: '_',
    listen: `127.0.0.1:${port}`,
  })
  await startNginx(options.editSnippet?.(snippet) ?? snippet, port, cleanup)
  return {
    port,
    stateDir: join(dir, 'state'),
    app,
    warder: () => warder,
    async restart() {
      warder = await startServe(file, decisions, cleanup, options)
    },
    ask: (token) => ask(port, { headers: [['Authorization', `Bearer ${token}`]] }),
    async readiness() {
      const response = await fetch(`http://127.0.0.1:${admin}/readyz?verbose`)
      return { status: response.status, lines: (await response.text()).split('\n') }
    },
  }
}

const siteConfig = (issuers: readonly string[], decisions: number, admin: number): string => `\
version: 1
issuers:
${issuers.join('\n')}
policies:
  all: { scope: orders:read, identity: { X-Auth-Subject: sub } }
routes:
  - { name: all, match: { path: /** }, policy: all }
listen: { decisions: "127.0.0.1:${decisions}", admin: "127.0.0.1:${admin}" }
state_dir: state
drain: 0s
`
