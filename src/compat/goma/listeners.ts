/** Where Goma listens → the gateway's listeners: one in plain text, and with certificates one with TLS beside it. */
import { formatListenAddress } from '../../settings/values/listen-address.ts'
import { mistake, type Problem } from '../../settings/problem.ts'
import { withoutEmpty, type Report } from '../read-foreign.ts'
import { isWrittenKey } from './key-text.ts'
import { isOff, unsupported, withoutEffect } from './noted-keys.ts'
import type { GomaConfig } from './schema.ts'

/** `listen.gateway` of a `warder.yaml`. */
interface GomaListeners {
  readonly value: unknown
  /** Settings path → where it is written. */
  readonly origins: ReadonlyMap<string, string>
}

const WEB = '/gateway/entryPoints/web/address'
const WEB_SECURE = '/gateway/entryPoints/webSecure/address'

export function translateListeners(config: GomaConfig, report: Report): GomaListeners {
  const { entryPoints, proxy, accessLog = '', listenAddr } = config.gateway
  const rateLimit = config.gateway.rateLimit ?? config.gateway.rateLimiter ?? 0
  const trusted = proxy?.enabled === true ? (proxy.trustedProxies ?? []) : []
  const common = withoutEmpty({
    trusted_proxies: trusted,
    access_log: accessLog !== '',
    rate_limit: rateLimit === 0 ? undefined : { requests: rateLimit, per: '1m' },
  })
  const { web, webSecure } = entryPoints ?? {}
  const address = web?.address ?? listenAddr
  const plain = { address: address === undefined ? ':8080' : formatListenAddress(address), ...common }
  const { certificates, pointers, clientCa } = translateTls(config, report)
  if (certificates.length === 0 && webSecure === undefined && !asksForCertificate(config))
    return { value: plain, origins: new Map([['listen/gateway', WEB]]) }
  // In 0.1.4 there is one address, with TLS if there is a certificate.
  const isOnlySecure = listenAddr !== undefined && web === undefined && webSecure === undefined
  const secureAddress = isOnlySecure ? listenAddr : webSecure?.address
  const secure = withoutEmpty({
    address: secureAddress === undefined ? ':8443' : formatListenAddress(secureAddress),
    tls: certificates,
    // As in Goma, which starts in any case.
    self_signed: true,
    client_ca_file: clientCa,
    ...common,
  })
  if (isOnlySecure) {
    const origins = new Map([['listen/gateway', pointers[0] ?? '/gateway/listenAddr']])
    return { value: secure, origins }
  }
  const origins = new Map([
    ['listen/gateway', '/gateway/entryPoints'],
    ['listen/gateway/0', WEB],
    ['listen/gateway/1', WEB_SECURE],
    ['listen/gateway/1/tls', pointers[0] ?? WEB_SECURE],
    ...pointers.map((pointer, i) => [`listen/gateway/1/tls/${i}`, pointer] as const),
  ])
  return { value: [plain, secure], origins }
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

interface Written {
  readonly cert: string
  readonly key: string
  readonly certPointer: string
  readonly keyPointer: string
}

/** The certificates of a `warder.yaml`, the default one first, and where they are written. Empty: no TLS. */
function translateTls({ gateway }: GomaConfig, report: Report) {
  const { clientCA = '', required = false } = gateway.tls?.clientAuth ?? {}
  // An empty string counts as absent, as in Goma.
  const all = writtenPairs(gateway).filter(({ cert, key }) => cert !== '' || key !== '')
  for (const pair of all) checkPair(pair, report)
  const written = all.filter(({ cert, key }) => !isWrittenKey(cert) && !isWrittenKey(key))
  if (clientCA !== '' && !required) report(`${CLIENT_AUTH}/clientCA`, OPTIONAL_CLIENTS)
  else if (required && clientCA === '') report(`${CLIENT_AUTH}/required`, NO_AUTHORITY)
  else if (isWrittenKey(clientCA)) report(`${CLIENT_AUTH}/clientCA`, NO_PATH)
  return {
    certificates: written.map(({ cert, key }) => ({ cert_file: cert, key_file: key })),
    pointers: written.map(({ certPointer }) => certPointer),
    clientCa: clientCA,
  }
}

const OPTIONAL_CLIENTS = unsupported(
  'optional client certificates are not supported',
  'write `required: true`, so that every client needs a certificate',
)
const NO_AUTHORITY = mistake(
  'ERR_CONFIG_MISSING_KEY',
  '`required` needs `clientCA`, the authority of the accepted certificates',
)
const CLIENT_AUTH = '/gateway/tls/clientAuth'

function writtenPairs(gateway: GomaConfig['gateway']): readonly Written[] {
  const { tls } = gateway
  const inMap = ({ cert = '', key = '' } = {}, pointer: string): Written => ({
    cert,
    key,
    certPointer: `${pointer}/cert`,
    keyPointer: `${pointer}/key`,
  })
  const inFiles = (name: 'tls' | 'ssl'): Written => ({
    cert: gateway[`${name}CertFile`] ?? '',
    key: gateway[`${name}KeyFile`] ?? '',
    certPointer: `/gateway/${name}CertFile`,
    keyPointer: `/gateway/${name}KeyFile`,
  })
  const inLists = (['certificates', 'keys'] as const).flatMap((list) =>
    (tls?.[list] ?? []).map((pair, i) => inMap(pair, `/gateway/tls/${list}/${i}`)),
  )
  return [inMap(tls?.default, '/gateway/tls/default'), inFiles('tls'), inFiles('ssl'), ...inLists]
}

function checkPair({ cert, key, certPointer, keyPointer }: Written, report: Report): void {
  if (cert === '') report(keyPointer, half('this key has no certificate'))
  else if (key === '') report(certPointer, half('this certificate has no key'))
  else if (isWrittenKey(cert)) report(certPointer, NOT_IN_FILE)
  else if (isWrittenKey(key)) report(keyPointer, NOT_IN_FILE)
}

/** In Goma there is then no TLS, without a message. */
const half = (message: string): Problem =>
  mistake('ERR_CONFIG_MISSING_KEY', message, 'write both, or leave both out')

/** A warning: without the certificate fewer clients are answered, and none is let in that was not before. */
const NOT_IN_FILE = withoutEffect(
  'the text of a certificate has no effect here',
  'write the certificate and its key into PEM files, and their paths here',
)

const NO_PATH = unsupported(
  'the text of a certificate is not supported here',
  'write it into a PEM file, and its path here',
)
