/** URLs that keys may be fetched from. */
import { err, ok, type Result } from '../../result.ts'

/**
 * Checks a URL before anything is sent to it: absolute, https (http only if the operator allows it),
 * and without a user name or password, which would end up in logs.
 */
export function checkRemoteUrl(url: string, allowHttp: boolean): Result<URL, string> {
  if (!URL.canParse(url)) return err('it is not an absolute URL')
  const parsed = new URL(url)
  if (parsed.username !== '' || parsed.password !== '') return err('it holds a user name or password')
  if (parsed.protocol === 'https:' || (allowHttp && parsed.protocol === 'http:')) return ok(parsed)
  return err(parsed.protocol === 'http:' ? 'http is not allowed' : 'only https is supported')
}

/** A URL for people: without its query, which may hold a token. */
export function describeUrl(url: string): string {
  const end = url.search(/[?#]/)
  return end === -1 ? url : `${url.slice(0, end)}?…`
}
