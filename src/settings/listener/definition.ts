/** A listener of the gateway. */
import type { SocketAddress } from '../../socket-address.ts'
import { oneOrMore, shorthand, texts } from '../kinds/collections.ts'
import { refined, type Checked, type Value } from '../kinds/kind.ts'
import { optional, required, section, withDefault } from '../kinds/section.ts'
import { count, offByDefault, parsed, relaxation, size, watchedFile } from '../kinds/values.ts'
import { rateLimits } from '../rate-limit/definition.ts'
import { formatListenAddress, parseListenAddress } from '../values/listen-address.ts'
import { parseTrustedProxy } from '../values/network.ts'
import { formatRedirect, parseRedirect } from '../values/urls.ts'

export const LISTEN_ADDRESS = parsed<SocketAddress>('address', parseListenAddress, formatListenAddress)

export const CERTIFICATE = section({
  cert_file: required(
    watchedFile(),
    'Certificate with its chain, in PEM, relative to the configuration file.',
  ),
  key_file: required(watchedFile(), 'Its private key, in PEM.'),
})

const WORDS = section({
  address: required(
    LISTEN_ADDRESS,
    'Address of this listener; a bare address means the same as a map with this key alone.',
  ),
  tls: optional(
    oneOrMore(CERTIFICATE, 'map, or a list of them', 'in a list'),
    'Certificates, chosen by the server name that the client asks for, else the first; read again when they change.',
    { absent: 'none: plain HTTP' },
  ),
  self_signed: relaxation(
    'If the files of `tls` are missing, or there is no `tls`, start with a self-signed certificate that no client trusts, and a warning. A file that exists but cannot be used is still an error.',
  ),
  client_ca_file: optional(
    watchedFile(),
    'Authorities of client certificates, in PEM; with it, every client needs a certificate.',
    { beside: ['tls', 'self_signed'] },
  ),
  h2c: relaxation(
    'Accept HTTP/2 without TLS, too, from clients that begin with it (prior knowledge), such as gRPC; an `Upgrade: h2c` is never accepted. Listeners with `tls` have HTTP/2 by themselves.',
  ),
  trusted_proxies: withDefault(
    texts('list of addresses and networks', { parse: parseTrustedProxy }),
    [],
    'Addresses, networks and `unix` whose `X-Forwarded-*` headers are trusted and passed on; those of all other clients are replaced.',
  ),
  access_log: offByDefault('Write a log line for every request, also for every denial and fault in a flood.'),
  redirect: optional(
    parsed<number>('`https`, `https:PORT`', parseRedirect, formatRedirect),
    '`https` or `https:PORT`: answer every request that matches a route with a 308 to the same host, path and query on that port, and deny the rest. Such a listener has no `tls`, and only its own `rate_limit` counts.',
    { absent: 'none' },
  ),
  // Twice the ten thousand that a gateway of many idle clients has to hold.
  max_connections: withDefault(
    count(1, 1_000_000),
    20_000,
    'Most connections at once. To admit one more, the connection that has been idle longest is closed; if none is idle, the new one is.',
  ),
  max_held_bytes: withDefault(
    size(1024 ** 2, 1024 ** 4),
    '256MiB',
    'Most bytes that all connections together keep in memory: unfinished heads, requests in progress (8 KiB plus 256 bytes for each header field, in addition to their own bytes), requests that wait for their turn, and answers and bodies that the other side does not read. Above it, connections of the address that holds the most are closed.',
  ),
  rate_limit: rateLimits('How many requests one client may send to this listener.'),
})

export type GatewayConfig = Checked<typeof WORDS>

/** Certificates of a listener, as files in PEM. */
export interface TlsSettings {
  /** Chosen by the name that the client asks for, else the first; empty only with `selfSigned`. */
  readonly certificates: readonly Value<typeof CERTIFICATE>[]
  readonly selfSigned?: true
  readonly clientCaFile?: string
}

/** Without `tls` it speaks plain HTTP. */
export interface GatewayListenSettings extends Omit<
  Value<typeof WORDS>,
  'tls' | 'selfSigned' | 'clientCaFile'
> {
  readonly tls?: TlsSettings
}

/** TLS of a listener with one certificate. @param clientCaDoc The sentence of `client_ca_file`. */
export const listenerTls = (clientCaDoc: string) =>
  refined(
    section({ ...CERTIFICATE.shape, client_ca_file: optional(watchedFile(), clientCaDoc) }),
    ({ certFile, keyFile, clientCaFile }): TlsSettings => ({
      certificates: [{ certFile, keyFile }],
      ...(clientCaFile !== undefined && { clientCaFile }),
    }),
    ({ certificates: [one], clientCaFile }) => ({
      certFile: one?.certFile ?? '',
      keyFile: one?.keyFile ?? '',
      ...(clientCaFile !== undefined && { clientCaFile }),
    }),
  )

/** TLS between proxies and Warder. */
export const CALLER_TLS = listenerTls(
  'Authorities of client certificates, in PEM; with it, every proxy needs a certificate that one of them has signed.',
)

const NO_TLS: TlsSettings = { certificates: [] }

/** One listener, in its long form. */
export const LISTENER = refined(
  WORDS,
  ({ tls, selfSigned, clientCaFile, ...rest }): GatewayListenSettings => ({
    ...rest,
    ...((tls !== undefined || selfSigned !== undefined) && {
      tls: {
        certificates: tls ?? [],
        ...(selfSigned && { selfSigned }),
        ...(clientCaFile !== undefined && { clientCaFile }),
      },
    }),
  }),
  ({ tls: { certificates, ...others } = NO_TLS, ...rest }) => ({
    ...rest,
    ...others,
    ...(certificates.length > 0 && { tls: certificates }),
  }),
)

/** A bare address stands for a map with it alone; one listener or several, always a list afterwards. */
export const GATEWAY = oneOrMore(
  shorthand(LISTEN_ADDRESS, LISTENER, (address): GatewayConfig => ({ address }), 'address'),
  'address, map, or a list of them',
)
