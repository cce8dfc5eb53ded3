/** Sends a browser to the login after a 401 of an auth service. */
import type { ClientRequest } from '../../client/client-request.ts'
import { membersOf, valuesOf } from '../../../http/messages/header-fields.ts'
import { stripQuery, type StripRule } from '../../exchange/strip-token.ts'

/** Longest return address, in characters; a longer one is replaced by the top of the site. */
const MAX_RETURN_CHARS = 4_096

/**
 * The `Location` for a browser that opens a page; undefined for all other requests, which need the 401 itself.
 *
 * It begins with the operator's text, so it leads nowhere else, whatever was requested. If that text ends with `=`, the
 * return address is appended, percent-encoded: for a login on the same host path and query, for another the whole URL.
 *
 * @param signIn A URL, or a path of the same host.
 * @param strip Of tokens in the query: the login, which may be a third party's, logs the return address.
 */
export function signInLocation(
  request: ClientRequest,
  signIn: string,
  strip: StripRule | undefined,
): string | undefined {
  if (!isNavigation(request) || isSignIn(request, signIn)) return undefined
  return signIn.endsWith('=') ? signIn + encodeURIComponent(returnAddress(request, signIn, strip)) : signIn
}

/** Only GET: the content of a form would be lost. */
function isNavigation({ head: { method, fields, webSocketKey } }: ClientRequest): boolean {
  if (method !== 'GET' || webSocketKey !== undefined) return false
  // Browsers send it, but only to https:// and localhost (Fetch Metadata §2.2).
  const [mode] = valuesOf(fields, 'sec-fetch-mode')
  if (mode !== undefined) return mode === 'navigate'
  const isScripted = valuesOf(fields, 'x-requested-with').length > 0
  return !isScripted && membersOf(fields, 'accept').some((member) => /^text\/html(?:\s*;|$)/i.test(member))
}

/** A login that is itself guarded would lead to itself for ever. */
function isSignIn({ head, authz }: ClientRequest, signIn: string): boolean {
  const [address] = signIn.split('?')
  const site = `${authz.scheme}://${head.authority}`
  // `https://login.example.com?rd=` asks for `/`.
  return address === head.path || address === site + head.path || (address === site && head.path === '/')
}

function returnAddress({ head, authz }: ClientRequest, signIn: string, strip: StripRule | undefined): string {
  const query = strip === undefined ? head.query : stripQuery(head.query, strip)
  const site = signIn.startsWith('/') ? '' : `${authz.scheme}://${head.authority}`
  const back = `${site}${head.path}${query === undefined ? '' : `?${query}`}`
  return back.length > MAX_RETURN_CHARS ? `${site}/` : back
}
