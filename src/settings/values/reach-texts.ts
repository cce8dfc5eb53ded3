/** Strings of the reach settings. Their values may be secrets: no message quotes one. */
import { ok, type Result } from '../../result.ts'
import { refuse, type Problem } from '../problem.ts'
import { quoted } from '../../printable.ts'
import { parseUrl } from '../../syntax/parse-url.ts'
import { TOKEN } from './texts.ts'

// RFC 9110 §5.5, ASCII only: a line feed would begin another header.
const FIELD_VALUE = /^[\x21-\x7e]([\x20-\x7e]{0,8190}[\x21-\x7e])?$/

/** What the fetch itself decides, and what would change whose answer it is. */
const OWN_HEADERS: ReadonlySet<string> = new Set(
  [
    'host connection keep-alive transfer-encoding content-length upgrade te trailer expect',
    'accept accept-encoding range if-none-match if-modified-since cookie proxy-authorization',
  ]
    .join(' ')
    .split(' '),
)

/** The name of an extra request header, as written. */
export function parseRequestHeader(name: string): Result<string, Problem> {
  const lower = name.toLowerCase()
  if (TOKEN.test(name) && !OWN_HEADERS.has(lower)) return ok(name)
  const message = TOKEN.test(name)
    ? `Warder sets the header ${quoted(name)} itself`
    : `${quoted(name)} is not a header name`
  return refuse('ERR_CONFIG_HEADER', message)
}

export const parseFieldValue = (value: string): Result<string, Problem> =>
  FIELD_VALUE.test(value)
    ? ok(value)
    : refuse('ERR_CONFIG_VALUE', 'the header value must be one line of visible ASCII, and not empty')

/** `http://host:port`, perhaps with user name and password. */
export function parseProxyUrl(text: string): Result<string, Problem> {
  const url = parseUrl(text)
  const isProxy =
    url?.protocol === 'http:' && url.pathname === '/' && url.search === '' && !text.includes('#')
  if (isProxy) return ok(text)
  const message = 'the proxy must be an http:// URL with a host and a port'
  return refuse('ERR_CONFIG_URL', message, 'write http://proxy.example.com:3128')
}

/** `host` or `host:port`, as it stands in an https:// URL. */
export function parseCredentialHost(text: string): Result<string, Problem> {
  const url = /^[^/?#@\s]+$/.test(text) ? parseUrl(`https://${text}`) : null
  if (url !== null && url.host !== '' && !text.includes('*')) return ok(url.host)
  const hint = 'write keys.example.com or 10.0.0.1:6443'
  return refuse('ERR_CONFIG_HOST', `${quoted(text)} is not a host`, hint)
}
