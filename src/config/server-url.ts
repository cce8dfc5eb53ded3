/** Servers of an upstream: `http://host:port`, `https://host:port`, `unix:PATH`. */
import type { ServerSettings } from '../settings/upstream/definition.ts'
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import type { Problem } from './diagnostic.ts'
import { quotedUrl } from './quoted-url.ts'

export type ServerAddress = Omit<ServerSettings, 'weight'>

const DEFAULT_PORTS = { 'http:': 80, 'https:': 443 } as const
const MAX_SOCKET_PATH = 107

/** A server is a place to connect to, so there is no path, query or user name in it. */
export function parseServerUrl(text: string): Result<ServerAddress, Problem> {
  if (text.startsWith('unix:')) return parseSocketPath(text)
  const why = whyNot(text)
  if (why !== undefined) return problem(text, why)
  const { protocol, hostname, port } = new URL(text)
  const scheme = protocol === 'https:' ? 'https:' : 'http:'
  const number = port === '' ? DEFAULT_PORTS[scheme] : Number(port)
  return ok({
    url: text,
    isTls: scheme === 'https:',
    address: { kind: 'tcp', host: hostname.replaceAll(/[[\]]/g, ''), port: number },
    authority: port === '' ? hostname : `${hostname}:${port}`,
  })
}

function parseSocketPath(text: string): Result<ServerAddress, Problem> {
  const path = text.slice('unix:'.length)
  if (!path.startsWith('/') || path.includes('\0')) return problem(text, 'the socket needs an absolute path')
  if (path.length > MAX_SOCKET_PATH) return problem(text, 'the path of a socket has at most 107 bytes')
  return ok({ url: text, isTls: false, address: { kind: 'unix', path }, authority: 'localhost' })
}

function whyNot(text: string): string | undefined {
  if (!/^https?:\/\//.test(text)) return 'it begins with none of http://, https:// and unix:'
  const rest = text.slice(text.indexOf('//') + 2)
  if (rest.includes('@')) return 'it has a user name'
  if (/[?#]/.test(rest)) return 'it has a query or a fragment'
  if (rest.includes('/')) return 'it has a path; paths are forwarded as the client sent them'
  if (!/^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/.test(rest) || !URL.canParse(text))
    return 'it has no host that can be connected to'
  return new URL(text).port === '0' ? 'port 0 cannot be connected to' : undefined
}

const problem = (text: string, why: string): Result<never, Problem> =>
  err({
    code: 'ERR_CONFIG_SERVER_URL',
    message: `${quotedUrl(text)} is not a server: ${why}`,
    hints: ['write http://host:port, https://host:port or unix:/path/to/socket'],
  })
