/** What an operator watches: `warder serve` with two workers behind a real nginx, and its gateway before two servers. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nginxSnippet } from '../../../../src/callers/nginx/snippet.ts'
import { createIssuerHandler } from '../../../../src/testing/serve-issuer.ts'
import { createTestIssuer, type TestIssuer } from '../../../../src/testing/test-issuer.ts'
import type { ChildProgram } from '../child-program.ts'
import type { Cleanup } from '../cleanup.ts'
import { startEchoApp } from '../echo-app.ts'
import { freePort } from '../loopback.ts'
import { startNginx } from '../nginx.ts'
import { startServe } from '../serve-command.ts'
import { createTempDir } from '../temp-dir.ts'

export const WATCHED_AUDIENCE = 'api://orders'

export interface WatchedSite {
  /** `http://127.0.0.1:PORT` of the admin listener, of nginx and of the gateway. */
  readonly admin: string
  readonly nginx: string
  readonly gateway: string
  readonly warder: ChildProgram
  /** A token of the issuer, good for an hour unless the claims say otherwise. */
  mint(claims?: Readonly<Record<string, unknown>>): string
  /** One request to nginx or the gateway. */
  ask(origin: string, path: string, token?: string): Promise<void>
  /** Requests with every kind of outcome, through nginx and the gateway. */
  makeTraffic(rounds: number): Promise<void>
}

export async function startWatchedSite(cleanup: Cleanup): Promise<WatchedSite> {
  const ports = {
    decisions: await freePort(),
    admin: await freePort(),
    nginx: await freePort(),
    gateway: await freePort(),
    dead: await freePort(),
  }
  const [issuer, app] = [serveTestIssuer(cleanup), await startEchoApp(cleanup)]
  const file = join(createTempDir(cleanup), 'warder.yaml')
  writeFileSync(file, configOf(issuer.issuer, ports, app.port), { mode: 0o600 })
  const warder = await startServe(file, ports.decisions, cleanup)
  const snippet = nginxSnippet({
    decisions: [`127.0.0.1:${ports.decisions}`],
    identityNames: ['X-Auth-Subject'],
    upstream: `http://127.0.0.1:${app.port}`,
    serverName: 'api.example.com',
    listen: `127.0.0.1:${ports.nginx}`,
  })
  await startNginx(snippet, ports.nginx, cleanup)
  const at = (port: number): string => `http://127.0.0.1:${port}`
  const mint: WatchedSite['mint'] = (claims = {}) =>
    issuer.mint({ aud: WATCHED_AUDIENCE, sub: 'alice', scope: 'orders:read', ...claims }, Date.now() / 1_000)
  const [nginx, gateway] = [at(ports.nginx), at(ports.gateway)]
  return {
    admin: at(ports.admin),
    nginx,
    gateway,
    warder,
    mint,
    ask: send,
    async makeTraffic(rounds) {
      const expired = mint({ exp: Math.floor(Date.now() / 1_000) - 1_860 })
      const forged = `${mint().slice(0, -8)}AAAAAAAA`
      for (let round = 0; round < rounds; round++) {
        await Promise.all([
          ...Array.from({ length: 8 }, (_, index) => send(nginx, `/orders/${index}`, mint())),
          send(gateway, '/orders/1', mint()),
          send(nginx, `/orders/${round}`, expired),
          send(nginx, `/orders/${round}`),
          send(nginx, `/orders/${round}`, mint({ scope: 'profile' })),
          send(gateway, `/orders/${round}`, forged),
          send(gateway, '/nowhere'),
        ])
      }
    },
  }
}

/** The answer is of no interest. */
async function send(origin: string, path: string, token?: string): Promise<void> {
  const headers = {
    host: 'api.example.com',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
  const response = await fetch(origin + path, { headers })
  await response.arrayBuffer()
}

function serveTestIssuer(cleanup: Cleanup): TestIssuer {
  let issuer: TestIssuer | undefined
  const known = (): TestIssuer => (issuer ??= createTestIssuer(`http://127.0.0.1:${server.port}`))
  const defaults = { audience: WATCHED_AUDIENCE, subject: 'alice', scope: 'orders:read' }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: createIssuerHandler(known, defaults, () => Date.now()),
  })
  cleanup.add(() => server.stop(true))
  return known()
}

const configOf = (
  issuer: string,
  ports: Readonly<Record<'decisions' | 'admin' | 'gateway' | 'dead', number>>,
  app: number,
): string => `\
version: 1
issuers:
  - { name: main, issuer: "${issuer}", audience: "${WATCHED_AUDIENCE}", keys: { allow_http: true } }
  - { name: partner, issuer: https://partner.example.com, audience: "${WATCHED_AUDIENCE}", keys: { secret: "a secret of the tests, 32 bytes!" } }
policies:
  orders-read: { scope: orders:read, identity: { X-Auth-Subject: sub } }
routes:
  - { name: health, match: { path: /healthz }, access: public, upstream: orders }
  - { name: read, match: { path: /orders/**, method: [GET, HEAD] }, policy: orders-read, upstream: orders }
  - { name: reports, match: { path: /reports/** }, policy: orders-read, upstream: reports }
upstreams:
  orders: { servers: ["http://127.0.0.1:${app}"] }
  reports: { servers: ["http://127.0.0.1:${ports.dead}"] }
listen:
  decisions: 127.0.0.1:${ports.decisions}
  admin: 127.0.0.1:${ports.admin}
  gateway: "127.0.0.1:${ports.gateway}"
workers: 2
drain: 0s
`
