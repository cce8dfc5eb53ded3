/** Where Goma listens → the gateway's listeners: one in plain text, and with certificates one with TLS beside it. */
import { formatListenAddress } from '../../settings/values/listen-address.ts'
import type { LocatedProblem } from '../../settings/problem.ts'
import { isOff } from './noted-keys.ts'
import { translateTls } from './tls.ts'
import type { GomaConfig } from './schema.ts'

/** `listen.gateway` of a `warder.yaml`. */
export interface GomaListeners {
  readonly value: unknown
  /** Settings path → where it is written. */
  readonly origins: ReadonlyMap<string, string>
  readonly problems: readonly LocatedProblem[]
}

const WEB = '/gateway/entryPoints/web/address'
const WEB_SECURE = '/gateway/entryPoints/webSecure/address'

export function translateListeners(config: GomaConfig): GomaListeners {
  const { entryPoints, proxy, accessLog = '', listenAddr } = config.gateway
  const rateLimit = config.gateway.rateLimit ?? config.gateway.rateLimiter ?? 0
  const trusted = proxy?.enabled === true ? (proxy.trustedProxies ?? []) : []
  const common = {
    ...(trusted.length === 0 ? {} : { trusted_proxies: trusted }),
    ...(accessLog === '' ? {} : { access_log: true }),
    ...(rateLimit === 0 ? {} : { rate_limit: { requests: rateLimit, per: '1m' } }),
  }
  const { web, webSecure } = entryPoints ?? {}
  const address = web?.address ?? listenAddr
  const plain = { address: address === undefined ? ':8080' : formatListenAddress(address), ...common }
  const { certificates, pointers, clientCaFile, problems } = translateTls(config)
  if (certificates.length === 0 && webSecure === undefined && !asksForCertificate(config))
    return { value: plain, origins: new Map([['listen/gateway', WEB]]), problems }
  // In 0.1.4 there is one address, with TLS if there is a certificate.
  const isOnlySecure = listenAddr !== undefined && web === undefined && webSecure === undefined
  const secureAddress = isOnlySecure ? listenAddr : webSecure?.address
  const secure = {
    address: secureAddress === undefined ? ':8443' : formatListenAddress(secureAddress),
    ...(certificates.length === 0 ? {} : { tls: certificates }),
    // As in Goma, which starts in any case.
    self_signed: true,
    ...(clientCaFile === undefined ? {} : { client_ca_file: clientCaFile }),
    ...common,
  }
  if (isOnlySecure) {
    const origins = new Map([['listen/gateway', pointers[0] ?? '/gateway/listenAddr']])
    return { value: secure, origins, problems }
  }
  const origins = new Map([
    ['listen/gateway', '/gateway/entryPoints'],
    ['listen/gateway/0', WEB],
    ['listen/gateway/1', WEB_SECURE],
    ['listen/gateway/1/tls', pointers[0] ?? WEB_SECURE],
    ...pointers.map((pointer, i) => [`listen/gateway/1/tls/${i}`, pointer] as const),
  ])
  return { value: [plain, secure], origins, problems }
}

/** Certificates that Warder does not take over: there is a listener for them all the same. */
function asksForCertificate({ gateway, certManager, certificateManager, acme }: GomaConfig): boolean {
  const { tls, certManager: inner } = gateway
  const pairs = [...(tls?.certificates ?? []), ...(tls?.keys ?? []), tls?.default ?? {}]
  return (
    pairs.some(({ cert = '' }) => cert !== '') ||
    !isOff(tls?.clientAuth) ||
    [tls?.certsDir, inner, certManager, certificateManager, acme].some((value) => value !== undefined)
  )
}
