/** URLs of auth services: a server, and the path and query that it is asked with. */
import type { ForwardAuthSettings } from '../settings/forward-auth/definition.ts'
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import type { Problem } from './diagnostic.ts'
import { quotedUrl } from './quoted-url.ts'
import { parseServerUrl } from './server-url.ts'

export type AuthAddress = Pick<ForwardAuthSettings, 'url' | 'server' | 'target'>

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
      : 'it is not http:// or https://, a host, and a path in visible ASCII'
  return err({
    code: 'ERR_CONFIG_AUTH_URL',
    message: `${quotedUrl(text)} is not an auth service: ${why}`,
    hints: ['write http://host:port/path or https://host/path?query'],
  })
}
