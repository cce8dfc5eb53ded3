/** A whole guarded site: an issuer, Warder, an application, and a real proxy with the printed snippet. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestIssuer } from '../../../src/testing/test-issuer.ts'
import type { ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import { startEchoApp, type EchoApp } from './echo-app.ts'
import type { StartFront } from './front.ts'
import { freePort } from './loopback.ts'
import { startNginxFront } from './nginx-front.ts'
import { ask, type RawRequest, type RawResponse } from './raw-client.ts'
import { createTempDir } from './temp-dir.ts'
import { startWarder, type RunningWarder } from './warder.ts'

export interface GuardedSite {
  readonly warder: RunningWarder
  readonly app: EchoApp
  readonly front: ChildProgram
  /** Warder's configuration. */
  readonly configText: string
  /** Where clients go. */
  readonly port: number
  /** A token for the audience of the site. */
  mint(claims?: Readonly<Record<string, unknown>>): string
  /** One request through the proxy; `token` goes into the Authorization header. */
  ask(request: RawRequest, token?: string): Promise<RawResponse>
}

export interface SiteOptions {
  /** Default: nginx. */
  readonly front?: StartFront
  /** Lines put into the configuration, at its top level. */
  readonly extraConfig?: string
  /** Another issuer than the one of this process; its tokens come from elsewhere then. */
  readonly issuer?: string
  /** Default `api`. */
  readonly audience?: string
  /** A line put into the issuer. */
  readonly extraIssuer?: string
  /** The `keys` of the issuer; default: a JWKS file that holds them. */
  readonly keys?: string
  /** Warder's clock. Default: the one of the machine. */
  readonly nowMs?: () => number
  /** The port of Warder that the proxy asks. Default: of the decisions listener. */
  readonly portOf?: ((warder: RunningWarder) => number) | undefined
  /** More words of `listen`, behind a comma. */
  readonly extraListen?: string
  /** Address of the admin listener. Default: off. */
  readonly admin?: string
  /** Address of the decisions listener. Default: a free port of loopback. */
  readonly decisions?: string
  /** `host:port` of the application in place of the echo application. */
  readonly upstream?: string
  /** Changes the snippet before the proxy gets it. */
  readonly editSnippet?: (text: string) => string
  /** Put between the proxy and Warder: gets Warder's port, answers with the port that the proxy shall use. */
  readonly between?: (warderPort: number) => Promise<number>
}

const ISSUER = 'https://idp.example.test'
export const IDENTITY_NAMES = ['X-Auth-Subject', 'X-Auth-Roles'] as const

export async function startGuardedSite(cleanup: Cleanup, options: SiteOptions = {}): Promise<GuardedSite> {
  const issuer = createTestIssuer(ISSUER)
  const file = join(createTempDir(cleanup), 'jwks.json')
  writeFileSync(file, JSON.stringify(issuer.jwks()))
  const keys = options.keys ?? `{ jwks_file: ${JSON.stringify(file)} }`
  const configText = siteConfig({ ...options, keys })
  const warder = await startWarder(
    configText,
    cleanup,
    'warder.yaml',
    options.nowMs === undefined ? {} : { nowMs: options.nowMs },
  )
  const app = await startEchoApp(cleanup)
  const port = await freePort()
  const [first = ''] = warder.service.addresses
  const listening = options.portOf === undefined ? first : `127.0.0.1:${options.portOf(warder)}`
  const decisions =
    options.between === undefined ? listening : `127.0.0.1:${await options.between(warder.port)}`
  const front = await (options.front ?? startNginxFront)(
    {
      decisions,
      identityNames: IDENTITY_NAMES,
      upstream: `http://${options.upstream ?? `127.0.0.1:${app.port}`}`,
      port,
      editSnippet: options.editSnippet ?? ((text) => text),
    },
    cleanup,
  )
  return {
    warder,
    app,
    front,
    configText,
    port,
    mint: (claims = {}) =>
      issuer.mint({ aud: 'api', sub: 'alice', scope: 'orders:read', ...claims }, Date.now() / 1000),
    ask: (request, token) => ask(port, token === undefined ? request : withToken(request, token)),
  }
}

/** Adds `Authorization: Bearer …`. */
export const withToken = (request: RawRequest, token: string): RawRequest => ({
  ...request,
  headers: [...(request.headers ?? []), ['Authorization', `Bearer ${token}`]],
})

const siteConfig = (options: SiteOptions & { readonly keys: string }): string => `\
version: 1
issuers:
  - name: main
    issuer: ${options.issuer ?? ISSUER}
    audience: ["${options.audience ?? 'api'}"]
    keys: ${options.keys}
    ${options.extraIssuer ?? ''}
policies:
  read:
    scope: orders:read
    identity: { X-Auth-Subject: sub, X-Auth-Roles: roles }
  write:
    scope: orders:write
    identity: { X-Auth-Subject: sub }
routes:
  - { name: public, match: { host: api.example.com, path: /public/** }, access: public }
  - { name: private, match: { host: api.example.com, path: /closed/** }, access: deny }
  - { name: write, match: { host: api.example.com, path: /write/** }, policy: write }
  - { name: orders, match: { host: api.example.com, path: ['/orders/**', '/answer/**', /socket] }, policy: read }
listen: { decisions: "${options.decisions ?? '127.0.0.1:0'}", admin: "${options.admin ?? 'off'}"${options.extraListen ?? ''} }
${options.extraConfig ?? ''}
`
