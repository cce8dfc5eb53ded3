/** The real proxies, each with the text that `warder snippet` prints for it. */
import { apacheFront } from '../apache.ts'
import type { Program } from '../../../../tools/programs.ts'
import type { StartFront } from '../front.ts'
import { haproxyFront } from '../haproxy.ts'
import { startNginxFront } from '../nginx-front.ts'
import { traefikFront } from '../traefik.ts'
import type { RunningWarder } from '../warder.ts'

export interface ConformingProxy {
  /** In `PROXIES`. */
  readonly name: string
  readonly programs: readonly Program[]
  readonly start: StartFront
  /** More words of `listen` that it needs, behind a comma. */
  readonly extraListen?: string
  /** The port of Warder that it asks. Default: of the decisions listener. */
  readonly portOf?: (warder: RunningWarder) => number
}

export const CONFORMING: readonly ConformingProxy[] = [
  { name: 'nginx', programs: ['nginx'], start: startNginxFront },
  { name: 'traefik', programs: ['traefik'], start: traefikFront() },
  { name: 'haproxy', programs: ['haproxy'], start: haproxyFront() },
  { name: 'apache', programs: ['apache2', 'lua-socket'], start: apacheFront() },
]
