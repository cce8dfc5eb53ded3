/** The part of the schema that describes the gateway's listener and its upstreams. */
import { z } from 'zod'
import { parseName } from '../settings/values/texts.ts'
import { parseListenAddress } from '../settings/values/listen-address.ts'
import { parseExactPath } from '../settings/values/paths.ts'
import { parseTrustedProxy } from '../settings/values/network.ts'
import { byteSize, durationMs, flag, listOf, strictMap, text, textList, wholeNumber } from './schema-leaf.ts'
import { parseRedirect } from '../settings/values/urls.ts'
import { RateLimitSchema } from './schema-rate-limit.ts'
import { parseServerUrl } from '../settings/values/urls.ts'
import type { ServerAddress } from '../settings/values/urls.ts'

const CertificateSchema = strictMap({
  cert_file: text().describe('file with the certificate and its chain in PEM, relative to this file'),
  key_file: text().describe('file with its private key in PEM'),
})

type CertificateConfig = z.output<typeof CertificateSchema>

const GatewayMapSchema = strictMap({
  address: text(parseListenAddress).describe('address of the gateway listener'),
  tls: z
    .union([
      CertificateSchema.transform((one): readonly CertificateConfig[] => [one]),
      listOf(CertificateSchema),
    ])
    .optional()
    .describe('certificates, chosen by the name that the client asks for; default: plain HTTP'),
  self_signed: flag()
    .optional()
    .describe(
      'start with a certificate that no client trusts if the files of tls are missing; default false',
    ),
  client_ca_file: text()
    .optional()
    .describe('file with the authorities of client certificates, which every client then needs'),
  trusted_proxies: textList(parseTrustedProxy)
    .optional()
    .describe('addresses and networks whose X-Forwarded-* are believed; default none'),
  access_log: flag().optional().describe('a log line for every request; default false'),
  redirect: text(parseRedirect)
    .optional()
    .describe('https or https:PORT: only say that everything is served there; default: serve it here'),
  max_connections: wholeNumber(1, 1_000_000)
    .optional()
    .describe('most connections at once; for one more the longest idle one is closed; default 20000'),
  max_held_bytes: byteSize(1024 ** 2, 1024 ** 4)
    .optional()
    .describe('most bytes that all connections together keep in memory; default 256MiB'),
  rate_limit: RateLimitSchema.optional().describe(
    'how many requests one client may send, of whatever kind; default: no limit',
  ),
})

const ListenerSchema = z.union([
  text(parseListenAddress).transform((address): GatewayConfig => ({ address })),
  GatewayMapSchema,
])

/** One listener or several, always a list afterwards. */
export const GatewaySchema = z.union([
  ListenerSchema.transform((listener): readonly GatewayConfig[] => [listener]),
  listOf(ListenerSchema),
])

const ServerMapSchema = strictMap({
  url: text(parseServerUrl).describe('http://host:port, https://host:port or unix:PATH'),
  weight: wholeNumber(1, 1_000)
    .optional()
    .describe('share of the requests relative to the other servers; default 1'),
})

const ServerSchema = z.union([
  text(parseServerUrl).transform((url: ServerAddress): ServerConfig => ({ url })),
  ServerMapSchema,
])

const HOUR_MS = 3_600_000

const HealthSchema = strictMap({
  path: text(parseExactPath).describe('path of a GET request'),
  statuses: listOf(z.union([z.enum(['2xx', '3xx', '4xx', '5xx']), wholeNumber(200, 599)]))
    .optional()
    .describe('statuses of a server that is well: 200, 2xx; default 2xx and 3xx'),
  interval: durationMs(100, HOUR_MS).optional().describe('time between two checks; default 5s'),
  timeout: durationMs(10, 60_000).optional().describe('longest time for one check; default 2s'),
})

export const UpstreamSchema = strictMap({
  servers: listOf(ServerSchema).describe('where it runs: URLs, or maps of url and weight'),
  balance: z
    .enum(['round_robin', 'least_connections'])
    .optional()
    .describe('how a server is chosen; default round_robin'),
  host: z
    .enum(['keep', 'upstream'])
    .optional()
    .describe("the Host that it is sent: the client's or the server's own; default keep"),
  strip_token: flag()
    .optional()
    .describe('take the token out of the request; default: out of cookies and queries, not out of headers'),
  connect_timeout: durationMs(10, 60_000).optional().describe('longest time to connect; default 5s'),
  response_timeout: durationMs(10, HOUR_MS)
    .optional()
    .describe('longest time from the end of the request to the head of the answer; default 60s'),
  idle_timeout: durationMs(10, 24 * HOUR_MS)
    .optional()
    .describe('longest silence within a body or a tunnel; default 60s'),
  total_timeout: durationMs(0, 24 * HOUR_MS)
    .optional()
    .describe('longest time for a whole exchange; 0, the default, is no limit'),
  max_body: byteSize(0, 1024 ** 4)
    .optional()
    .describe('largest request body; default: no limit, bodies are streamed'),
  min_upload_rate: byteSize(0, 1024 ** 3)
    .optional()
    .describe('least bytes per second of a request body; 0 is no limit; default 500'),
  eject_after: wholeNumber(1, 1_000)
    .optional()
    .describe('failures in a row after which a server is left alone; default 3'),
  eject_for: durationMs(100, HOUR_MS).optional().describe('for how long it is left alone; default 10s'),
  resolve: durationMs(1_000, HOUR_MS)
    .optional()
    .describe('time after which the name of a server is looked up again; default 10s'),
  max_connection_age: durationMs(1_000, 24 * HOUR_MS)
    .optional()
    .describe('age from which a connection is not kept after an answer; default 5m'),
  intercept_errors: listOf(z.union([z.enum(['4xx', '5xx']), wholeNumber(400, 599)]))
    .optional()
    .describe('statuses whose answers are replaced by a problem document: 404, 4xx, 5xx; default: none'),
  rate_limit: RateLimitSchema.optional().describe(
    'how many requests one client may send, through all routes that lead here; default: no limit',
  ),
  ca_file: text()
    .optional()
    .describe('file with the authorities of its https:// servers; default: the usual ones'),
  client_certificate: CertificateSchema.optional().describe(
    'what we show to https:// servers that ask for one',
  ),
  health: HealthSchema.optional().describe(
    'how each server is asked whether it is well; default: not at all',
  ),
}).describe('where requests of the gateway go')

export const upstreamsSchema = z.record(text(parseName), UpstreamSchema)

export type GatewayConfig = z.output<typeof GatewayMapSchema>
export type ServerConfig = z.output<typeof ServerMapSchema>
export type UpstreamConfig = z.output<typeof UpstreamSchema>
