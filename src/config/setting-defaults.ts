/** The value of every setting that was not written. The schema's descriptions and docs/config.md say the same. */
import type { RemoteKeySettings } from '../settings/keys/definition.ts'
import type { CorsSettings } from '../settings/cors/definition.ts'
import type { ForwardAuthSettings } from '../settings/forward-auth/definition.ts'
import type { HealthSettings, UpstreamSettings } from '../settings/upstream/definition.ts'
import type { TokenSourceSettings } from '../settings/token-source/definition.ts'
import type { Settings } from '../settings/definition.ts'

export const DEFAULT_LISTEN: Settings['listen'] = {
  decisions: { kind: 'tcp', host: '127.0.0.1', port: 9180 },
  admin: { kind: 'tcp', host: '127.0.0.1', port: 9181 },
  gateway: [],
}

/** Seconds; enough for clocks that are kept by NTP. */
export const DEFAULT_LEEWAY_SECONDS = 30

export const DEFAULT_TOKEN_SOURCES: readonly TokenSourceSettings[] = [
  { kind: 'header', name: 'authorization', scheme: 'Bearer' },
]

export const DEFAULT_REMOTE_KEYS: RemoteKeySettings = {
  allowHttp: false,
  timeoutMs: 5_000,
  maxBytes: 1024 ** 2,
  refreshMs: 600_000,
  minRefreshMs: 60_000,
  maxRefreshMs: 3_600_000,
  maxStaleMs: 24 * 3_600_000,
  cooldownMs: 30_000,
  firstFetchWaitMs: 1_000,
  startup: 'serve',
}

/** Longest identity header value, in bytes: half of what nginx reads of an upstream's header block. */
export const DEFAULT_IDENTITY_MAX_BYTES = 4_096

/** 8 KiB is what nginx accepts as one header line by default. */
export const DEFAULT_MAX_TOKEN_BYTES = 8_192

export const DEFAULT_CACHE: Settings['cache'] = { tokens: 100_000, bytes: 64 * 1024 ** 2 }

export const DEFAULT_HEALTH: Omit<HealthSettings, 'path'> = {
  statuses: ['2xx', '3xx'],
  intervalMs: 5_000,
  timeoutMs: 2_000,
}

/** Twice the ten thousand that a gateway of many idle clients has to hold. */
export const DEFAULT_MAX_CONNECTIONS = 20_000

/** Of all connections of a gateway listener together. */
export const DEFAULT_MAX_HELD_BYTES = 256 * 1024 ** 2

export const DEFAULT_UPSTREAM: Omit<UpstreamSettings, 'name' | 'servers'> = {
  balance: 'round_robin',
  host: 'keep',
  connectTimeoutMs: 5_000,
  responseTimeoutMs: 60_000,
  idleTimeoutMs: 60_000,
  totalTimeoutMs: 0,
  // As mod_reqtimeout of Apache.
  minUploadRate: 500,
  ejectAfter: 3,
  ejectForMs: 10_000,
  resolveMs: 10_000,
  maxConnectionAgeMs: 300_000,
  interceptErrors: [],
}

export const DEFAULT_CORS: Omit<CorsSettings, 'origins'> = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  headers: ['Authorization', 'Content-Type'],
  expose: ['X-Decision-Id', 'X-Decision-Reason'],
  credentials: false,
  maxAgeMs: 600_000,
}

export const DEFAULT_FORWARD_AUTH: Pick<
  ForwardAuthSettings,
  'allowStatus' | 'sendHeaders' | 'timeoutMs' | 'maxAnswerBytes'
> = { allowStatus: '200', sendHeaders: 'all', timeoutMs: 5_000, maxAnswerBytes: 1024 ** 2 }

/** What Apache's and nginx's examples say. */
export const DEFAULT_BASIC_REALM = 'Restricted'

export const DEFAULT_AUTH_CACHE_ENTRIES = 10_000

export const DEFAULT_REALM = 'warder'

export const DEFAULT_DRAIN_MS = 5_000
