/** The name by which a TLS server is asked for its certificate. */
import { isIP } from 'node:net'

/**
 * The host in the form that may be sent (RFC 6066 §3): without the dot at its end, because Go refuses the handshake
 * otherwise. Undefined for an address, which must not be sent.
 */
export const tlsServerName = (host: string): string | undefined =>
  isIP(host) === 0 ? host.replace(/\.$/, '') : undefined
