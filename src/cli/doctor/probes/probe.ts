/** One thing that is tried at the site. */
import type { AskedRequest } from '../asking/asked-request.ts'
import type { ProbeExchange } from '../judging/arrival.ts'
import type { Finding } from '../judging/finding.ts'
import type { ProbedSite } from '../site/site.ts'
import type { Fix } from './fix.ts'

export interface Probe {
  /** In JSON and in docs/doctor.md; once released, it never changes its meaning. */
  readonly name: string
  /** What is tried, for people. */
  readonly title: string
  /** `token`: it shows nothing without an accepted token. `passing`: nor on a path that nothing passes. */
  readonly needs?: 'token' | 'passing'
  /** It judges the clients of the decisions, which only the running Warder reveals (`--server`). */
  readonly readsClient?: true
  readonly requests: (site: ProbedSite) => readonly AskedRequest[]
  /** All on one connection. Default: each on its own. */
  readonly inTurn?: true
  /** Whether it is asked over HTTP/2 as well. */
  readonly alsoHttp2?: true
  readonly judge: (exchanges: readonly ProbeExchange[], site: ProbedSite) => Finding
  /** What it means when it fails. */
  readonly means: string
  readonly fix: Fix
}
