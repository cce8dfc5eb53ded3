/** Which headers may carry identity: those that mean nothing to HTTP, to a proxy, or to Warder's own answer. */
import { OVERRIDE_FIELDS } from '../../syntax/override-fields.ts'
import { parseToken } from './texts.ts'
import { ok, type Result } from '../../result.ts'
import { refuse, type Problem } from '../problem.ts'
import { quoted } from '../../printable.ts'

const RESERVED: ReadonlySet<string> = new Set(
  [
    // Hop-by-hop and framing (RFC 9110 §7.6.1, RFC 9112 §6): the message would end elsewhere.
    'connection keep-alive proxy-connection te trailer transfer-encoding upgrade http2-settings',
    'content-length content-type content-encoding content-language content-location content-range content-disposition',
    // Routing and the client's address: the proxy's to say.
    'host forwarded via x-forwarded-for x-forwarded-host x-forwarded-proto x-forwarded-port x-forwarded-uri',
    'x-forwarded-method x-forwarded-prefix x-forwarded-server x-real-ip x-original-method x-original-url x-original-uri',
    'x-request-id expect max-forwards range',
    // Credentials, cookies, challenges.
    'authorization proxy-authorization cookie set-cookie www-authenticate proxy-authenticate authentication-info',
    // Caching and dates: an answer must never be stored.
    'age cache-control date etag expires last-modified pragma vary warning location refresh retry-after server',
    // Commands to nginx and other proxies.
    'x-accel-redirect x-accel-buffering x-accel-expires x-accel-limit-rate x-accel-charset x-sendfile',
    // Warder's own.
    'x-decision-id x-decision-reason',
  ]
    .join(' ')
    .split(' '),
)

/** An identity header names the user; fields about anything else are for the proxy to write. */
const OF_PROXY: ReadonlySet<string> = new Set(
  OVERRIDE_FIELDS.filter(({ subject }) => subject !== 'user').map(({ name }) => name.toLowerCase()),
)

/**
 * Stricter than RFC 9110 §5.6.2: letters, digits and hyphens only. CGI, WSGI and others fold `_` and `.` into
 * `-`, so that a client could send a second spelling of the same header; nginx drops the rest.
 */
export function parseIdentityHeader(name: string): Result<string, Problem> {
  if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)) {
    const message = `${quoted(name)} cannot be an identity header`
    const hint = 'use letters, digits and `-`; other characters have a second spelling in some servers'
    return refuse('ERR_CONFIG_HEADER', message, hint)
  }
  const lower = name.toLowerCase()
  if (!RESERVED.has(lower) && !OF_PROXY.has(lower)) return ok(name)
  const message = `${quoted(name)} already has a meaning for HTTP or proxies`
  return refuse('ERR_CONFIG_HEADER', message, 'choose another name, such as X-Auth-Subject')
}

/** Headers that an auth service may set: like those of identity, and the credential that it changes for another. */
export const parseGrantedHeader = (name: string): Result<string, Problem> =>
  name.toLowerCase() === 'authorization' ? ok(name) : parseIdentityHeader(name)

/**
 * Headers of a client by which its requests may be counted: not those of one connection, of the framing, and of
 * the way that a request took, which say nothing about who sent it or can be said anew each time.
 */
export function parseCountedHeader(name: string): Result<string, Problem> {
  const lower = name.toLowerCase()
  if (lower === 'authorization' || !RESERVED.has(lower)) return parseToken(name)
  const hint = 'count by `address`, or by a header that identifies the client, such as X-Api-Key'
  return refuse('ERR_CONFIG_HEADER', `${quoted(name)} does not identify a client`, hint)
}
