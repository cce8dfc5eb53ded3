/** The gateway's part of a checked configuration → settings, with every default filled in. */
import { resolve } from 'node:path'
import type { HealthSettings, UpstreamSettings } from '../settings/upstream/definition.ts'
import type { GatewayListenSettings } from '../settings/listener/definition.ts'
import { toRateLimits } from './rate-limit-values.ts'
import type { GatewayConfig, UpstreamConfig } from './schema-gateway.ts'
import {
  DEFAULT_HEALTH,
  DEFAULT_MAX_CONNECTIONS,
  DEFAULT_MAX_HELD_BYTES,
  DEFAULT_UPSTREAM,
} from './setting-defaults.ts'

/** @param directory Absolute; what file names are relative to. */
export function toGatewayListen(gateway: GatewayConfig, directory: string): GatewayListenSettings {
  const { address, tls, self_signed, client_ca_file, trusted_proxies, access_log, rate_limit, redirect } =
    gateway
  const certificates = tls?.map((certificate) => toCertificate(certificate, directory))
  const clientCa = client_ca_file === undefined ? {} : { clientCaFile: resolve(directory, client_ca_file) }
  return {
    address,
    ...(certificates === undefined && self_signed !== true
      ? {}
      : {
          tls: {
            certificates: certificates ?? [],
            ...(self_signed === true ? { selfSigned: true as const } : {}),
            ...clientCa,
          },
        }),
    trustedProxies: trusted_proxies ?? [],
    accessLog: access_log ?? false,
    maxConnections: gateway.max_connections ?? DEFAULT_MAX_CONNECTIONS,
    maxHeldBytes: gateway.max_held_bytes ?? DEFAULT_MAX_HELD_BYTES,
    ...(redirect === undefined ? {} : { redirect: redirect }),
    ...toRateLimits(rate_limit),
  }
}

/** @param directory Absolute; what file names are relative to. */
export const toUpstream = (name: string, upstream: UpstreamConfig, directory: string): UpstreamSettings => ({
  name,
  servers: upstream.servers.map(({ url, weight }) => ({ ...url, weight: weight ?? 1 })),
  balance: upstream.balance ?? DEFAULT_UPSTREAM.balance,
  host: upstream.host ?? DEFAULT_UPSTREAM.host,
  ...(upstream.strip_token === undefined ? {} : { stripToken: upstream.strip_token }),
  connectTimeoutMs: upstream.connect_timeout ?? DEFAULT_UPSTREAM.connectTimeoutMs,
  responseTimeoutMs: upstream.response_timeout ?? DEFAULT_UPSTREAM.responseTimeoutMs,
  idleTimeoutMs: upstream.idle_timeout ?? DEFAULT_UPSTREAM.idleTimeoutMs,
  totalTimeoutMs: upstream.total_timeout ?? DEFAULT_UPSTREAM.totalTimeoutMs,
  ...(upstream.max_body === undefined ? {} : { maxBodyBytes: upstream.max_body }),
  minUploadRate: upstream.min_upload_rate ?? DEFAULT_UPSTREAM.minUploadRate,
  ejectAfter: upstream.eject_after ?? DEFAULT_UPSTREAM.ejectAfter,
  ejectForMs: upstream.eject_for ?? DEFAULT_UPSTREAM.ejectForMs,
  resolveMs: upstream.resolve ?? DEFAULT_UPSTREAM.resolveMs,
  maxConnectionAgeMs: upstream.max_connection_age ?? DEFAULT_UPSTREAM.maxConnectionAgeMs,
  interceptErrors: upstream.intercept_errors ?? DEFAULT_UPSTREAM.interceptErrors,
  ...toRateLimits(upstream.rate_limit),
  ...(upstream.ca_file === undefined ? {} : { caFile: resolve(directory, upstream.ca_file) }),
  ...(upstream.client_certificate === undefined
    ? {}
    : { clientCertificate: toCertificate(upstream.client_certificate, directory) }),
  ...(upstream.health === undefined ? {} : { health: toHealth(upstream.health) }),
})

const toHealth = ({
  path,
  statuses,
  interval,
  timeout,
}: NonNullable<UpstreamConfig['health']>): HealthSettings => ({
  path,
  statuses: statuses ?? DEFAULT_HEALTH.statuses,
  intervalMs: interval ?? DEFAULT_HEALTH.intervalMs,
  timeoutMs: timeout ?? DEFAULT_HEALTH.timeoutMs,
})

const toCertificate = (
  { cert_file, key_file }: NonNullable<UpstreamConfig['client_certificate']>,
  directory: string,
): { readonly certFile: string; readonly keyFile: string } => ({
  certFile: resolve(directory, cert_file),
  keyFile: resolve(directory, key_file),
})
