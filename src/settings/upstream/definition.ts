/** Servers of one application, and how the gateway speaks to them. */
import { z } from 'zod'
import { CERTIFICATE } from '../listener/definition.ts'
import { listOf, shorthand } from '../kinds/collections.ts'
import { plain, refined, type Checked, type Kind, type Value } from '../kinds/kind.ts'
import { optional, required, section, withDefault } from '../kinds/section.ts'
import { byteRate, count, duration, flag, parsed, size, text, watchedFile, word } from '../kinds/values.ts'
import { rateLimits } from '../rate-limit/definition.ts'
import { parseExactPath } from '../values/paths.ts'
import { parseServerUrl, type ServerAddress } from '../values/urls.ts'

const HOUR_MS = 3_600_000

export interface ServerSettings extends ServerAddress {
  /** Share of the requests relative to the other servers. Default 1. */
  readonly weight: number
}

const SERVER_URL = parsed<ServerAddress>('URL', parseServerUrl, ({ url }) => url)

export const SERVER = section({
  url: required(SERVER_URL, '`http://host:port`, `https://host:port`, `h2c://host:port` or `unix:/path`.'),
  weight: withDefault(count(1, 1_000), 1, 'Share of the requests relative to the other servers.'),
})

const server: Kind<Checked<typeof SERVER>, ServerSettings, ''> = shorthand(
  SERVER_URL,
  refined(
    SERVER,
    ({ url, weight }): ServerSettings => ({ ...url, weight }),
    ({ weight, ...url }) => ({ url, weight }),
  ),
  (url) => ({ url }),
  'url',
)

/** A status, or all of a hundred. */
const statuses = <const Hundreds extends readonly [string, ...string[]]>(
  hundreds: Hundreds,
  [least, most]: readonly [number, number],
): Kind<readonly (Hundreds[number] | number)[], readonly (Hundreds[number] | number)[], ''> =>
  listOf(
    plain<Hundreds[number] | number>(z.union([z.enum(hundreds), count(least, most).schema]), 'status'),
    `list of statuses, ${least} to ${most}, and ${hundreds.map((one) => `\`${one}\``).join(', ')}`,
  )

export const HEALTH = section({
  path: required(
    text('path', parseExactPath),
    "Path of a GET request, sent on a separate connection with the server's own `Host`. Two bad answers in a row mark a server as down.",
  ),
  statuses: withDefault(
    statuses(['2xx', '3xx', '4xx', '5xx'], [200, 599]),
    ['2xx', '3xx'],
    'Statuses of a healthy server.',
  ),
  interval: withDefault(duration(100, HOUR_MS), '5s', 'Time between two checks.'),
  timeout: withDefault(duration(10, 60_000), '2s', 'Longest time for one check.'),
})

export const UPSTREAM = section(
  {
    servers: required(
      listOf(server, 'list of URLs and of maps'),
      "Servers: `http://host:port`, `https://host:port`, `h2c://host:port` (HTTP/2 without TLS, for gRPC) or `unix:/path`. Without a path, because the client's path is forwarded.",
    ),
    protocol: optional(
      word('http1', 'http2', 'auto'),
      'Version of HTTP that is spoken with the servers: HTTP/1.1, HTTP/2 (with `https://` by ALPN, else from the first byte), or with `https://` the one that the server chooses by ALPN. gRPC needs HTTP/2, WebSockets need HTTP/1.1; with `auto`, each gets its own connections.',
      { absent: '`http2` for `h2c://`, `http1` for all others' },
    ),
    balance: withDefault(word('round_robin', 'least_connections'), 'round_robin', 'How a server is chosen.'),
    host: withDefault(
      word('keep', 'upstream'),
      'keep',
      "`Host` that the server receives: the client's (`keep`) or the server's own (`upstream`; `localhost` for `unix:`).",
    ),
    strip_token: optional(flag(), 'Remove the token from the forwarded request.', {
      absent: 'removed from cookies, queries and subprotocols, kept in headers',
    }),
    connect_timeout: withDefault(duration(10, 60_000), '5s', 'Longest time to connect.'),
    response_timeout: withDefault(
      duration(10, HOUR_MS),
      '60s',
      'Longest time from the end of the request to the head of the answer.',
    ),
    idle_timeout: withDefault(
      duration(10, 24 * HOUR_MS),
      '60s',
      'Longest silence within a body or a tunnel.',
    ),
    total_timeout: withDefault(
      duration(0, 24 * HOUR_MS),
      '0s',
      'Longest time for a whole exchange; `0` is no limit.',
    ),
    max_body: optional(size(0, 1024 ** 4), 'Largest request body; bodies are streamed in constant memory.', {
      absent: 'no limit',
    }),
    // As mod_reqtimeout of Apache.
    min_upload_rate: withDefault(
      byteRate(0, 1024 ** 3),
      '500B',
      'Slowest accepted request body, in bytes per second; `0` is no limit, for clients that send events on one long request. A body may fall behind by one `idle_timeout`; a fast start earns up to ten. Time during which the server reads nothing does not count, nor does a WebSocket, nor a call of gRPC over HTTP/2, nor a body whose answer has begun.',
    ),
    eject_after: withDefault(
      count(1, 1_000),
      3,
      'Consecutive failures after which a server is ejected: it receives no requests for a while.',
    ),
    eject_for: withDefault(duration(100, HOUR_MS), '10s', 'How long an ejected server receives no requests.'),
    resolve: withDefault(
      duration(1_000, HOUR_MS),
      '10s',
      "Time after which a server's name is [looked up again](gateway.md#names-of-servers).",
    ),
    max_connection_age: withDefault(
      duration(1_000, 24 * HOUR_MS),
      '5m',
      'Age from which a connection to a server is closed after an answer.',
    ),
    intercept_errors: withDefault(
      statuses(['4xx', '5xx'], [400, 599]),
      [],
      'Statuses whose answers Warder replaces with a problem document of its own; `Allow`, `Retry-After` and `WWW-Authenticate` are kept.',
    ),
    rate_limit: rateLimits('How many requests one client may send through all routes to this upstream.'),
    ca_file: optional(
      watchedFile(),
      'PEM certificates of the authorities that `https://` servers must be signed by.',
      { absent: "the system's authorities" },
    ),
    client_certificate: optional(
      CERTIFICATE,
      'Certificate that the gateway presents to `https://` servers that ask for one.',
    ),
    health: optional(HEALTH, 'Health check of each server, independent of client requests.', {
      absent: 'no health checks',
    }),
  },
  'One or more servers of the same application.',
)

export type UpstreamConfig = Checked<typeof UPSTREAM>

/** Where requests go, and how long each part may take. */
export interface UpstreamSettings extends Value<typeof UPSTREAM> {
  readonly name: string
}

export type HealthSettings = Value<typeof HEALTH>
