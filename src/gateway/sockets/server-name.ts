/** The name that a TLS server is asked for. */
import { isIP } from 'node:net'

/**
 * As it may be sent (RFC 6066 §3): without the dot at its end, and never an address. Go refuses the handshake
 * otherwise. Undefined if there is no name to send.
 */
export const tlsServerName = (host: string): string | undefined =>
  isIP(host) === 0 ? host.replace(/\.$/, '') : undefined
