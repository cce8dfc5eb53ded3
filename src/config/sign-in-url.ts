/** Where a browser is led to log in: an absolute URL, or a path of the host that it asked. */
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import type { Problem } from './diagnostic.ts'
import { quotedUrl } from './quoted-url.ts'
import { parseServerUrl } from './server-url.ts'

// What RFC 3986 allows in a path and a query; a browser reads `\` as `/`.
const PATH_AND_QUERY = /^(?:\/[\w\-.~%!$&'()*+,;=:@/]*)?(?:\?[\w\-.~%!$&'()*+,;=:@/?]*)?$/

/** It is sent as written, so what browsers would read otherwise is refused. */
export function parseSignIn(text: string): Result<string, Problem> {
  const [, origin = '', rest = ''] = /^(https?:\/\/[^/?#]*)?(.*)$/s.exec(text) ?? []
  const hasHost = origin === '' ? /^\/(?!\/)/.test(rest) : parseServerUrl(origin).ok
  if (hasHost && PATH_AND_QUERY.test(rest)) return ok(text)
  return err({
    code: 'ERR_CONFIG_SIGN_IN',
    message: `${quotedUrl(text)} is not a login: it is neither a URL nor a path with one slash at its front`,
    hints: ['write https://login.example.com/?rd= or /oauth2/start?rd='],
  })
}
