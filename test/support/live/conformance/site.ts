/** One site, the same in front of every proxy: an issuer, Warder, an application, and the proxy with its snippet. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestIssuer } from '../../../../src/testing/test-issuer.ts'
import type { Cleanup } from '../cleanup.ts'
import { freePort } from '../loopback.ts'
import { createTempDir } from '../temp-dir.ts'
import { startWarder, type JudgedRequest, type RunningWarder } from '../warder.ts'
import { startApplication, type Application } from './application.ts'
import type { ConformingProxy } from './proxies.ts'
import { startRelay, type Relay } from './relay.ts'

export interface ConformanceSite {
  readonly warder: RunningWarder
  /** Every decision so far, oldest first. */
  readonly decisions: readonly JudgedRequest[]
  readonly app: Application
  /** Between the proxy and Warder. */
  readonly relay: Relay
  /** Where clients go. */
  readonly port: number
  /** Warder's configuration. */
  readonly configText: string
  mint(claims?: Readonly<Record<string, unknown>>): string
}

const ISSUER = 'https://idp.example.test'
const IDENTITY_NAMES = ['X-Auth-Subject', 'X-Auth-Roles'] as const
export const HOST = 'api.example.com'

/** @param otherApp Port of an application in place of the one of the site. */
export async function startConformanceSite(
  proxy: ConformingProxy,
  cleanup: Cleanup,
  otherApp?: number,
): Promise<ConformanceSite> {
  const issuer = createTestIssuer(ISSUER)
  const file = join(createTempDir(cleanup), 'jwks.json')
  writeFileSync(file, JSON.stringify(issuer.jwks()))
  const decisions: JudgedRequest[] = []
  const text = configOf(file, proxy)
  const warder = await startWarder(text, cleanup, 'warder.yaml', {}, decisions)
  const app = await startApplication(cleanup)
  const relay = await startRelay(proxy.portOf?.(warder) ?? warder.port, cleanup)
  const port = await freePort()
  const upstream = `http://127.0.0.1:${otherApp ?? app.port}`
  const address = `127.0.0.1:${relay.port}`
  const front = { decisions: address, identityNames: IDENTITY_NAMES, upstream, port, editSnippet: asPrinted }
  await proxy.start(front, cleanup)
  return {
    warder,
    decisions,
    app,
    relay,
    port,
    configText: text,
    mint: (claims = {}) =>
      issuer.mint({ aud: 'api', sub: 'alice', scope: 'orders:read', ...claims }, Date.now() / 1000),
  }
}

const asPrinted = (text: string): string => text

const configOf = (jwks: string, { extraListen = '', extraConfig = '' }: ConformingProxy): string => `\
version: 1
issuers:
  - { name: main, issuer: "${ISSUER}", audience: api, keys: { jwks_file: ${JSON.stringify(jwks)} } }
  - name: late
    issuer: https://late.example.test
    audience: api
    keys: { jwks_url: "http://127.0.0.1:1/jwks", allow_http: true, first_fetch_wait: 100ms }
policies:
  read: { issuers: [main, late], scope: orders:read, identity: { X-Auth-Subject: sub, X-Auth-Roles: roles } }
  write: { issuers: [main], scope: orders:write, identity: { X-Auth-Subject: sub } }
routes:
  - { name: public, match: { host: ${HOST}, path: /public/** }, access: public }
  - { name: closed, match: { host: ${HOST}, path: /closed/** }, access: deny }
  - { name: change, match: { host: ${HOST}, path: /items/**, method: [POST, PUT, DELETE] }, policy: write, preflight: allow }
  - { name: items, match: { host: ${HOST}, path: /items/** , method: [GET, HEAD] }, policy: read }
  - { name: orders, match: { host: ${HOST}, path: /orders/** }, policy: read }
limits: { max_token_bytes: 64KiB }
listen: { decisions: "127.0.0.1:0", admin: "off"${extraListen} }
${extraConfig}`
