/** The way of a browser to the login: where a 401 of an auth service sends it. */
import type { ClientRequest } from '../../client/client-request.ts'
import { membersOf, valuesOf } from '../../http/header-fields.ts'
import { stripQuery, type StripRule } from '../../exchange/strip-token.ts'

/** Longest way back that is handed on, in characters; behind a longer one waits the top of the site. */
const MAX_RETURN_CHARS = 4_096

/**
 * The `Location` for a browser that opens a page; undefined for all others, who need the 401 itself.
 *
 * It begins with what the operator wrote, so it leads nowhere else whatever was asked for. Where that ends with `=`,
 * the way back is appended, percent-encoded: to a login on the same host the path and query, to another the whole URL.
 *
 * @param signIn A URL, or a path of the same host.
 * @param strip Of tokens in the query: the way back goes through the logs of the login, which may be somebody else's.
 */
export function signInLocation(
  request: ClientRequest,
  signIn: string,
  strip: StripRule | undefined,
): string | undefined {
  if (!isNavigation(request) || isSignIn(request, signIn)) return undefined
  return signIn.endsWith('=') ? signIn + encodeURIComponent(wayBack(request, signIn, strip)) : signIn
}

/** Only GET: what a form sent would be lost on the way. */
function isNavigation({ head: { method, fields, webSocketKey } }: ClientRequest): boolean {
  if (method !== 'GET' || webSocketKey !== undefined) return false
  // Browsers say it outright, but only to https:// and localhost (Fetch Metadata §2.2).
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

function wayBack({ head, authz }: ClientRequest, signIn: string, strip: StripRule | undefined): string {
  const query = strip === undefined ? head.query : stripQuery(head.query, strip)
  const site = signIn.startsWith('/') ? '' : `${authz.scheme}://${head.authority}`
  const back = `${site}${head.path}${query === undefined ? '' : `?${query}`}`
  return back.length > MAX_RETURN_CHARS ? `${site}/` : back
}
