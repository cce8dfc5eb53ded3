/** The gateway's settings → the value of a `warder.yaml` that says the same. */
import type { HealthSettings, ServerSettings, UpstreamSettings } from '../settings/upstream/definition.ts'
import type { GatewayListenSettings, TlsSettings } from '../settings/listener/definition.ts'
import { formatByteSize } from '../settings/values/byte-size.ts'
import { compact, escape, mapDefined, unlessDefault, unlessEmpty } from './config-value.ts'
import type { ConfigValueOptions, Value } from './config-value.ts'
import { formatDuration } from '../settings/values/duration.ts'
import { formatListenAddress } from '../settings/values/listen-address.ts'
import { fromRateLimits } from './rate-limit-values.ts'
import { formatRedirect } from '../settings/values/urls.ts'
import {
  DEFAULT_HEALTH,
  DEFAULT_MAX_CONNECTIONS,
  DEFAULT_MAX_HELD_BYTES,
  DEFAULT_UPSTREAM,
} from './setting-defaults.ts'

/** One listener stands alone; undefined where there is none. */
export function fromGatewayListeners(
  listeners: readonly GatewayListenSettings[],
  options: ConfigValueOptions,
): string | Value | readonly (string | Value)[] | undefined {
  const values = listeners.map((listener) => fromGatewayListen(listener, options))
  return values.length < 2 ? values[0] : values
}

/** A bare address where it says everything. */
function fromGatewayListen(
  {
    address,
    tls,
    trustedProxies,
    accessLog,
    maxConnections,
    maxHeldBytes,
    rateLimit: rateLimits,
    redirect: redirectPort,
  }: GatewayListenSettings,
  show: ConfigValueOptions,
): string | Value {
  const text = escape(formatListenAddress(address))
  const options = compact({
    tls: mapDefined(unlessEmpty(tls?.certificates ?? []), (all) => all.map(fromCertificate)),
    self_signed: tls?.selfSigned,
    client_ca_file: mapDefined(tls?.clientCaFile, escape),
    trusted_proxies: unlessEmpty(trustedProxies),
    access_log: accessLog || undefined,
    redirect: mapDefined(redirectPort, formatRedirect),
    max_connections: unlessDefault(show)(maxConnections, DEFAULT_MAX_CONNECTIONS),
    max_held_bytes: mapDefined(unlessDefault(show)(maxHeldBytes, DEFAULT_MAX_HELD_BYTES), formatByteSize),
    rate_limit: fromRateLimits(rateLimits, show),
  })
  return Object.keys(options).length === 0 ? text : { address: text, ...options }
}

export function fromUpstream(upstream: UpstreamSettings, options: ConfigValueOptions): Value {
  const unless = unlessDefault(options)
  const duration = (key: DurationKey): string | undefined =>
    mapDefined(unless(upstream[key], DEFAULT_UPSTREAM[key]), formatDuration)
  return compact({
    servers: upstream.servers.map((server) => fromServer(server)),
    balance: unless(upstream.balance, DEFAULT_UPSTREAM.balance),
    host: unless(upstream.host, DEFAULT_UPSTREAM.host),
    strip_token: upstream.stripToken,
    connect_timeout: duration('connectTimeoutMs'),
    response_timeout: duration('responseTimeoutMs'),
    idle_timeout: duration('idleTimeoutMs'),
    total_timeout: duration('totalTimeoutMs'),
    max_body: mapDefined(upstream.maxBodyBytes, formatByteSize),
    min_upload_rate: mapDefined(
      unless(upstream.minUploadRate, DEFAULT_UPSTREAM.minUploadRate),
      formatByteSize,
    ),
    eject_after: unless(upstream.ejectAfter, DEFAULT_UPSTREAM.ejectAfter),
    eject_for: duration('ejectForMs'),
    resolve: duration('resolveMs'),
    max_connection_age: duration('maxConnectionAgeMs'),
    intercept_errors: unlessEmpty(upstream.interceptErrors),
    rate_limit: fromRateLimits(upstream.rateLimit, options),
    ca_file: mapDefined(upstream.caFile, escape),
    client_certificate: mapDefined(upstream.clientCertificate, fromCertificate),
    health: mapDefined(upstream.health, (health) => fromHealth(health, options)),
  })
}

type DurationKey = Extract<keyof typeof DEFAULT_UPSTREAM, `${string}Ms`>

function fromHealth(health: HealthSettings, options: ConfigValueOptions): Value {
  const unless = unlessDefault(options)
  return compact({
    path: escape(health.path),
    statuses: unless(health.statuses, DEFAULT_HEALTH.statuses),
    interval: mapDefined(unless(health.intervalMs, DEFAULT_HEALTH.intervalMs), formatDuration),
    timeout: mapDefined(unless(health.timeoutMs, DEFAULT_HEALTH.timeoutMs), formatDuration),
  })
}

const fromServer = ({ url, weight }: ServerSettings): string | Value =>
  weight === 1 ? escape(url) : { url: escape(url), weight }

const fromCertificate = ({ certFile, keyFile }: TlsSettings['certificates'][number]): Value => ({
  cert_file: escape(certFile),
  key_file: escape(keyFile),
})
