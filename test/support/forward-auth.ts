/** A gateway whose routes are judged by an auth service of the test. */
import type { Socket } from 'node:net'
import type { Cleanup } from './live/cleanup.ts'
import { AUDIENCE, ISSUER, SECRET } from './run-service.ts'
import {
  runGateway,
  startRawUpstream,
  type RawUpstream,
  type RunningGateway,
  type UpstreamRequest,
} from './run-gateway.ts'

/** Members of `forward_auth` beside its URL, in flow style. */
export const MAPPINGS = 'headers: { userId: X-Auth-UserId }, params: { userCountryId: countryId }'

/** Everything below `/public` is public, everything else is judged by the service. */
export const forwardAuthConfig = (auth: string, app: string, more: string): string => `version: 1
issuers:
  - { name: main, issuer: ${ISSUER}, audience: ${AUDIENCE}, keys: { secret: "${SECRET}" } }
routes:
  - { name: public, match: { path: /public/** }, access: public, upstream: app }
  - { name: guarded, match: {}, forward_auth: { url: "${auth}"${more === '' ? '' : `, ${more}`} }, upstream: app }
upstreams:
  app: { servers: ["${app}"] }
listen:
  decisions: 127.0.0.1:0
  admin: off
  gateway: "127.0.0.1:0"
drain: 0s
`

export interface ForwardAuthSetup {
  readonly app: RawUpstream
  readonly auth: RawUpstream
  readonly gateway: RunningGateway
}

/** @param answer What the service does with each question; 200 without headers otherwise. */
export async function startForwardAuth(
  cleanup: Cleanup,
  more = MAPPINGS,
  answer?: (request: UpstreamRequest, socket: Socket) => void,
): Promise<ForwardAuthSetup> {
  const app = await startRawUpstream(cleanup)
  const auth = await startRawUpstream(cleanup, answer)
  const config = forwardAuthConfig(`${auth.url}/auth/access?x=%41`, app.url, more)
  return { app, auth, gateway: await runGateway(config, cleanup) }
}

/** An answer without a body. */
export const answerText = (status: number, fields: readonly string[] = []): string =>
  `HTTP/1.1 ${status} Whatever\r\n${[...fields, 'Content-Length: 0'].map((field) => `${field}\r\n`).join('')}\r\n`
