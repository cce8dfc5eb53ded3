/** Takes an absolute URL apart without changing a byte of its path; `new URL()` would normalise it. */
import { parseHost } from '../syntax/parse-host.ts'
import type { AuthzRequest } from './authz-request.ts'
import { splitTarget } from './split-target.ts'

/** What the URL of a request says about it. */
export type OriginalUrl = Omit<AuthzRequest, 'method' | 'headers'>

/**
 * Splits `https://api.example.com/a%2Fb?x=1`. Undefined unless scheme and host are exactly one valid value; the path
 * stays raw, for canonicalizePath to judge.
 */
export function parseOriginalUrl(url: string): OriginalUrl | undefined {
  const scheme = url.startsWith('https://') ? 'https' : url.startsWith('http://') ? 'http' : undefined
  if (scheme === undefined) return undefined
  // A repeated field arrives joined with `, `; without this check, the second URL would count as the first one's query.
  if (url.includes(' ')) return undefined
  const authorityStart = scheme.length + 3
  const pathStart = url.indexOf('/', authorityStart)
  if (pathStart < 0) return undefined
  const host = parseHost(url.slice(authorityStart, pathStart))
  if (host === undefined) return undefined
  const { path, query } = splitTarget(url, pathStart)
  return { scheme, host, path, query }
}
