/** A gateway whose route is judged by the judges of the test, with an auth service and an application. */
import type { Socket } from 'node:net'
import type { Cleanup } from './live/cleanup.ts'
import {
  runGateway,
  startRawUpstream,
  type RawUpstream,
  type RunningGateway,
  type UpstreamRequest,
} from './run-gateway.ts'
import { AUDIENCE, ISSUER, SECRET } from './run-service.ts'

/** Of the password `pw`, cost 4. */
export const PW_HASH = '$2y$04$49coLEb/lMlBPRvThp02Xeg1SFyChI5bURVNj59xW3P3MRGkcmyVS'

export interface JudgesText {
  /** Members of the guarded route: `basic_auth: …`, `all_of: …`, in flow style. */
  readonly route: (authUrl: string) => string
  /** More members of the upstream, in flow style. */
  readonly upstream?: string
}

export interface JudgesSetup {
  readonly app: RawUpstream
  readonly auth: RawUpstream
  readonly gateway: RunningGateway
  readonly config: string
}

/**
 * Everything below `/public` is public. The policy `cookie` wants a token in the cookie `t`, and sets X-Auth-Subject;
 * `header` wants the same in `X-Token`, with a scope, and sets X-Auth-Roles; `either` looks in Authorization too,
 * and `query` in the parameter `t`.
 */
export async function startJudges(
  cleanup: Cleanup,
  text: JudgesText,
  answer?: (request: UpstreamRequest, socket: Socket) => void,
): Promise<JudgesSetup> {
  const app = await startRawUpstream(cleanup)
  const auth = await startRawUpstream(cleanup, answer)
  const upstream = text.upstream === undefined ? '' : `, ${text.upstream}`
  const config = `version: 1
issuers:
  - { name: main, issuer: ${ISSUER}, audience: ${AUDIENCE}, keys: { secret: "${SECRET}" } }
policies:
  cookie: { token_sources: [{ cookie: t }], identity: { X-Auth-Subject: sub } }
  either: { token_sources: [{ header: Authorization }, { cookie: t }] }
  query: { token_sources: [{ query: t }] }
  header: { token_sources: [{ header: X-Token }], scope: orders:read, identity: { X-Auth-Roles: roles } }
routes:
  - { name: public, match: { path: /public/** }, access: public, upstream: app }
  - { name: both, match: { path: /both/** }, all_of: [{ policy: cookie }, { policy: header }], upstream: app }
  - { name: guarded, match: {}, upstream: app, ${text.route(auth.url)} }
upstreams:
  app: { servers: ["${app.url}"]${upstream} }
listen:
  decisions: 127.0.0.1:0
  admin: off
  gateway: "127.0.0.1:0"
drain: 0s
`
  return { app, auth, config, gateway: await runGateway(config, cleanup) }
}

/** The header with which a browser sends name and password. */
export const basic = (user: string, password: string): readonly [string, string] => [
  'Authorization',
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
]
