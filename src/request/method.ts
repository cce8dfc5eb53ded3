/** Request methods. */

// RFC 9110 §9.1: a method is a token. The length is ours; the longest registered one has 17 characters.
const METHOD = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,32}$/

/** Whether the text is exactly one method; a repeated header, joined with `, `, is not. */
export const isMethod = (text: string): boolean => METHOD.test(text)

/** Why no route can judge a method. */
export type MethodFault =
  /** A known method in another letter case: some servers read `delete` as DELETE, but no method rule does. */
  | 'letter_case'
  /** TRACE would show the client what the application receives, including identity headers. */
  | 'trace'
  /** CONNECT asks for a tunnel and has no path to judge. */
  | 'connect'

/**
 * The IANA registry of HTTP methods, and further ones that Node.js and common applications know. A method that is
 * missing here is still judged by its exact spelling; its other spellings count as other methods.
 */
const KNOWN: ReadonlySet<string> = new Set(
  `GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT QUERY PRI
  ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF
  MKWORKSPACE MOVE ORDERPATCH PROPFIND PROPPATCH REBIND REPORT SEARCH UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE
  UPDATEREDIRECTREF VERSION-CONTROL
  BAN LIST M-SEARCH NOTIFY PURGE SOURCE SUBSCRIBE UNSUBSCRIBE VIEW`.split(/\s+/),
)

const REFUSED: ReadonlyMap<string, MethodFault> = new Map([
  ['TRACE', 'trace'],
  ['CONNECT', 'connect'],
])

const LOWER_CASE = /[a-z]/

/**
 * Why a method is denied; undefined if it is not. Methods are case-sensitive (RFC 9110 §9.1), so `delete` is not
 * DELETE, but some servers treat it as such.
 *
 * @param named Methods of the configuration, upper case: their other spellings are denied too.
 */
export function whyMethodRefused(method: string, named?: ReadonlySet<string>): MethodFault | undefined {
  if (!LOWER_CASE.test(method)) return REFUSED.get(method)
  const upper = method.toUpperCase()
  return REFUSED.get(upper) ?? (KNOWN.has(upper) || named?.has(upper) === true ? 'letter_case' : undefined)
}
