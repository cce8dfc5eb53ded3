/** Settings of listeners. */
import type { SocketAddress } from '../../socket-address.ts'
import type { RateLimitSettings } from '../rate-limit/definition.ts'

/** Certificates of the listener, as files in PEM. */
export interface TlsSettings {
  /** Chosen by the name that the client asks for, else the first; empty only with `selfSigned`. */
  readonly certificates: readonly { readonly certFile: string; readonly keyFile: string }[]
  /** Whether the listener starts with a certificate of its own making where no file is there. Default no. */
  readonly selfSigned?: true
  /** Authorities of client certificates; with it, every client needs one. */
  readonly clientCaFile?: string
}

/** The gateway's listener. */
export interface GatewayListenSettings {
  readonly address: SocketAddress
  /** Absent: plain HTTP. */
  readonly tls?: TlsSettings
  /** Addresses, networks in CIDR form, and `unix` for whoever is let at a unix socket, whose `X-Forwarded-*` are believed. Default none. */
  readonly trustedProxies: readonly string[]
  /** Whether every request has a log line, not only what was denied or went wrong. Default false. */
  readonly accessLog: boolean
  /** Port of the same host where requests are served with TLS: this listener only says so. Absent: it serves them. */
  readonly redirect?: number
  /** Most connections at once. Default 20,000. */
  readonly maxConnections: number
  /** Most bytes that all connections together keep in memory. Default 256 MiB. */
  readonly maxHeldBytes: number
  /** Of all requests together, also of those that no route matches. Absent: no limit. */
  readonly rateLimit?: readonly RateLimitSettings[]
}
