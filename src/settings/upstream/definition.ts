/** Settings of the gateway: plain data, as the configuration hands them over. */
import type { ServerAddress } from '../values/urls.ts'
import type { RateLimitSettings } from '../rate-limit/definition.ts'
import type { StatusSet } from '../../syntax/status-set.ts'

/** One server of an upstream. */
export interface ServerSettings extends ServerAddress {
  /** Share of the requests relative to the other servers. Default 1. */
  readonly weight: number
}

/** How a server is asked whether it is well. */
export interface HealthSettings {
  /** Path of a GET request. */
  readonly path: string
  /** Statuses of a server that is well; never empty. Default 2xx and 3xx. */
  readonly statuses: StatusSet
  /** Default 5 s. */
  readonly intervalMs: number
  /** Default 2 s. */
  readonly timeoutMs: number
}

/** Where requests go, and how long each part may take. All times in milliseconds. */
export interface UpstreamSettings {
  readonly name: string
  /** Never empty. */
  readonly servers: readonly ServerSettings[]
  /** Default round_robin. */
  readonly balance: 'round_robin' | 'least_connections'
  /** `keep` sends the client's Host, `upstream` the server's own. Default keep. */
  readonly host: 'keep' | 'upstream'
  /** Whether the token is taken out of the request; absent: out of cookies and queries, not out of headers. */
  readonly stripToken?: boolean
  /** Default 5 s. */
  readonly connectTimeoutMs: number
  /** From the end of the request to the head of the answer. Default 60 s. */
  readonly responseTimeoutMs: number
  /** Longest silence within a body or a tunnel. Default 60 s. */
  readonly idleTimeoutMs: number
  /** The whole exchange; 0 is no limit. Default 0. */
  readonly totalTimeoutMs: number
  /** Largest request body in bytes; absent: no limit, because bodies are streamed. */
  readonly maxBodyBytes?: number
  /** Bytes per second that a request body comes with at least; 0 is no limit. Default 500. */
  readonly minUploadRate: number
  /** Failures in a row after which a server is left alone. Default 3. */
  readonly ejectAfter: number
  /** For how long. Default 10 s. */
  readonly ejectForMs: number
  /** Longest time between two lookups of a server's name. Default 10 s. */
  readonly resolveMs: number
  /** Age from which a connection is not kept after an answer. Default 5 min. */
  readonly maxConnectionAgeMs: number
  /** Statuses, 400 to 599, whose answers are replaced by ours; `4xx` and `5xx` are all of theirs. Default none. */
  readonly interceptErrors: readonly (number | '4xx' | '5xx')[]
  /** Of all routes that lead here together. Absent: no limit. */
  readonly rateLimit?: readonly RateLimitSettings[]
  /** Authorities that vouch for `https://` servers in place of the usual ones, as a PEM file. */
  readonly caFile?: string
  /** What we show to `https://` servers that ask for a certificate. */
  readonly clientCertificate?: { readonly certFile: string; readonly keyFile: string }
  /** Absent: servers are not asked. */
  readonly health?: HealthSettings
}
