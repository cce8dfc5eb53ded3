/** URLs of the configuration: servers, auth services, logins and redirects. */
import { MASK, quoted } from '../../printable.ts'
import { ok, type Result } from '../../result.ts'
import { refuse, type Problem } from '../problem.ts'
import type { SocketAddress } from '../../socket-address.ts'

const HTTPS_PORT = 443

/** One server to connect to. */
export interface ServerAddress {
  /** As the operator wrote it: `http://10.0.0.5:8000` or `unix:/run/app.sock`. In the log, never in an answer. */
  readonly url: string
  readonly isTls: boolean
  /** It speaks HTTP/2 without TLS: `h2c://10.0.0.5:50051`. */
  readonly isH2c?: true
  readonly address: SocketAddress
  /** `Host` for this server if the upstream rewrites it: with the port, unless that is the scheme's own. */
  readonly authority: string
}

const DEFAULT_PORTS = { 'http:': 80, 'https:': 443 } as const
const MAX_SOCKET_PATH = 107

/** A server is a place to connect to, so there is no path, query or user name in it. */
export function parseServerUrl(text: string): Result<ServerAddress, Problem> {
  if (text.startsWith('unix:')) return parseSocketPath(text)
  const why = whyNot(text)
  if (why !== undefined) return notServer(text, why)
  const { protocol, hostname, port } = new URL(withHttp(text))
  const scheme = protocol === 'https:' ? 'https:' : 'http:'
  const number = port === '' ? DEFAULT_PORTS[scheme] : Number(port)
  return ok({
    url: text,
    isTls: scheme === 'https:',
    ...(text.startsWith(H2C) && { isH2c: true }),
    address: { kind: 'tcp', host: hostname.replaceAll(/[[\]]/g, ''), port: number },
    authority: port === '' ? hostname : `${hostname}:${port}`,
  })
}

function parseSocketPath(text: string): Result<ServerAddress, Problem> {
  const path = text.slice('unix:'.length)
  if (!path.startsWith('/') || path.includes('\0'))
    return notServer(text, 'the socket needs an absolute path')
  if (path.length > MAX_SOCKET_PATH) return notServer(text, 'a socket path has at most 107 bytes')
  return ok({ url: text, isTls: false, address: { kind: 'unix', path }, authority: 'localhost' })
}

const H2C = 'h2c://'
/** `URL` reads hosts and ports of schemes that it knows. */
const withHttp = (text: string): string => (text.startsWith(H2C) ? `http://${text.slice(H2C.length)}` : text)

function whyNot(text: string): string | undefined {
  if (!/^(?:https?|h2c):\/\//.test(text)) return 'it does not begin with http://, https://, h2c:// or unix:'
  const rest = text.slice(text.indexOf('//') + 2)
  if (rest.includes('@')) return 'it has a user name'
  if (/[?#]/.test(rest)) return 'it has a query or a fragment'
  if (rest.includes('/')) return 'it has a path; paths are forwarded as the client sent them'
  if (!/^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/.test(rest) || !URL.canParse(withHttp(text)))
    return 'it has no host to connect to'
  return new URL(withHttp(text)).port === '0' ? 'nothing can connect to port 0' : undefined
}

const notServer = (text: string, why: string): Result<never, Problem> =>
  refuse(
    'ERR_CONFIG_SERVER_URL',
    `${quotedUrl(text)} is not the URL of a server: ${why}`,
    'write http://host:port, https://host:port, h2c://host:port or unix:/path/to/socket',
  )

/** An auth service. */
export interface AuthAddress {
  /** As the operator wrote it, for the log. */
  readonly url: string
  /** Where the service is; `weight` means nothing here. */
  readonly server: ServerAddress & { readonly weight: number }
  /** Path and query of the URL, as they are sent. */
  readonly target: string
}

/** Path and query are sent as written, byte for byte. */
export function parseAuthUrl(text: string): Result<AuthAddress, Problem> {
  const [, origin = '', path = '', query = ''] = /^(https?:\/\/[^/?#]*)([^?#]*)(\?[^#]*)?$/.exec(text) ?? []
  const server = origin === '' ? undefined : parseServerUrl(origin)
  if (server?.ok === true && /^[\x21\x22\x24-\x7e]*$/.test(path + query)) {
    return ok({ url: text, server: { ...server.value, weight: 1 }, target: `${path || '/'}${query}` })
  }
  const why = text.includes('#')
    ? 'it has a fragment, which is never sent'
    : origin.includes('@')
      ? 'it has a user name'
      : 'it needs http:// or https://, a host, and a path in visible ASCII'
  const message = `${quotedUrl(text)} is not the URL of an auth service: ${why}`
  return refuse('ERR_CONFIG_AUTH_URL', message, 'write http://host:port/path or https://host/path?query')
}

// What RFC 3986 allows in a path and a query; a browser reads `\` as `/`.
const PATH_AND_QUERY = /^(?:\/[\w\-.~%!$&'()*+,;=:@/]*)?(?:\?[\w\-.~%!$&'()*+,;=:@/?]*)?$/

/** It is sent as written, so what browsers would read otherwise is refused. */
export function parseSignIn(text: string): Result<string, Problem> {
  const [, origin = '', rest = ''] = /^(https?:\/\/[^/?#]*)?(.*)$/s.exec(text) ?? []
  const hasHost = origin === '' ? /^\/(?!\/)/.test(rest) : parseServerUrl(origin).ok
  if (hasHost && PATH_AND_QUERY.test(rest)) return ok(text)
  const message = `${quotedUrl(text)} is not a login page: write a URL, or a path that begins with one slash`
  const hint = 'write https://login.example.com/?rd= or /oauth2/start?rd='
  return refuse('ERR_CONFIG_SIGN_IN', message, hint)
}

/** `https`, or `https:8443`. @returns The port. */
export function parseRedirect(text: string): Result<number, Problem> {
  const [, digits = String(HTTPS_PORT)] = /^https(?::(\d{1,5}))?$/.exec(text) ?? ['', '0']
  const port = Number(digits)
  if (port > 0 && port <= 65_535) return ok(port)
  const hint = 'write `https`, or `https:PORT` if the listener with `tls` has a port other than 443'
  return refuse('ERR_CONFIG_VALUE', `${quoted(text)} is not a redirect target`, hint)
}

export const formatRedirect = (port: number): string => (port === HTTPS_PORT ? 'https' : `https:${port}`)

/**
 * A URL in quotes, printable, without what may be a password or a key in it: all before an `@`, and the query. Too
 * much rather than too little: it is the text of one that could not be read.
 */
const quotedUrl = (text: string): string =>
  quoted(text.replace(/\?.+$/s, `?${MASK}`).replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, `$1${MASK}@`))
