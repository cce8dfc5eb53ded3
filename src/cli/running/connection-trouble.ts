/** Why no answer came from an admin listener, and what to do about it. */
import type { AdminTarget } from './admin-target.ts'

export interface Trouble {
  readonly why: string
  /** Empty: what is said about every listener that does not answer. */
  readonly hints: readonly string[]
}

type Row = (target: AdminTarget) => Trouble

const plainly =
  (why: string): Row =>
  () => ({ why, hints: [] })

const UNKNOWN_AUTHORITY: Row = () => ({
  why: 'its certificate is signed by an authority that this machine does not know',
  hints: ['name the file of that authority: --ca-file ca.pem'],
})

const CLIENT_CERTIFICATE: Row = ({ access }) => ({
  why:
    access.certificate === undefined
      ? 'it takes clients with a certificate only'
      : 'it does not accept this client certificate',
  hints: [
    access.certificate === undefined
      ? 'name one: --client-certificate cert.pem --client-key key.pem'
      : 'use one that an authority in `admin.tls.client_ca_file` has signed',
  ],
})

const NOT_TLS: Row = ({ url, flag }) => ({
  why: 'it does not speak TLS',
  hints: [`write ${flag} http://${url.host}, or set \`admin.tls\` in its configuration`],
})

/** Some servers end a TLS connection without an alert if they do not accept the client's certificate. */
const CLOSED: Row = (target) => {
  const { url, unix, flag } = target
  const why = 'the connection was closed without an answer'
  if (unix !== undefined) return { why, hints: [] }
  return url.protocol === 'http:'
    ? { why, hints: [`if the listener has \`admin.tls\`, write ${flag} https://${url.host}`] }
    : {
        why,
        hints: CLIENT_CERTIFICATE(target).hints.map((hint) => `if it wants a client certificate, ${hint}`),
      }
}

const NOT_HTTP: Row = ({ flag }) => ({
  why: 'the answer is not HTTP',
  hints: [`another program listens there; name the admin listener: ${flag} URL`],
})

/** By the code of the runtime. */
const ROWS: Readonly<Record<string, Row>> = {
  ECONNREFUSED: plainly('nothing listens there'),
  ENOENT: plainly('there is no such socket'),
  ENOTSOCK: plainly('that is not a socket'),
  EACCES: ({ unix }) => ({
    why: 'this user has no permission to connect',
    hints: unix === undefined ? [] : ['run the command as the user of the service'],
  }),
  ENOTFOUND: plainly('there is no such host'),
  EAI_AGAIN: plainly('the name of the host cannot be looked up at the moment'),
  EHOSTUNREACH: plainly('the host cannot be reached'),
  ENETUNREACH: plainly('the network of the host cannot be reached'),
  ETIMEDOUT: plainly('the host does not answer'),
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  TOO_LONG: plainly('the answer is longer than 32 MiB'),
  EPROTO: NOT_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: () => ({
    why: 'its certificate has expired',
    hints: ['renew the certificate of `admin.tls`'],
  }),
  ERR_TLS_CERT_ALTNAME_INVALID: ({ flag, url }) => ({
    why: `its certificate is not for ${url.hostname}`,
    hints: [`write a host that the certificate names: ${flag} https://HOST:${url.port || '443'}`],
  }),
}

/** @param fault What the runtime has thrown. */
export function connectionTrouble(target: AdminTarget, fault: unknown): Trouble {
  const code = (fault as { readonly code?: unknown } | null)?.code
  const name = typeof code === 'string' ? code : ''
  const row = Object.hasOwn(ROWS, name) ? ROWS[name] : undefined
  if (row !== undefined) return row(target)
  if (name.startsWith('HPE_')) return NOT_HTTP(target)
  // OpenSSL names the alert of the other side, by version and in several spellings.
  if (/^ERR_SSL_.*(?:CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)/.test(name)) return CLIENT_CERTIFICATE(target)
  return { why: name === '' ? 'no connection' : `no connection (${name})`, hints: [] }
}
