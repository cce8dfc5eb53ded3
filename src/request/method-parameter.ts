/**
 * `_method` in a query, which some applications use instead of the judged method: Laravel, Symfony and Express with
 * `method-override` for a POST, WordPress for any method. ASP.NET MVC reads `X-HTTP-Method-Override` there, and Perl's
 * Plack `x-tunneled-method`.
 */
import { foldCase } from './fold-case.ts'

/** Most methods that one query may name; with more, it is denied unread. */
export const MAX_METHOD_PARAMETERS = 4

const MAY_NAME_ONE = /method|%/i
const ESCAPE = /%([0-9A-Fa-f]{2})/g
const NO_METHODS: ReadonlySet<string> = new Set()
/** The letters of other names that applications read. */
const OTHER_NAMES: ReadonlySet<string> = new Set([
  'xhttpmethodoverride',
  'xhttpmethod',
  'xmethodoverride',
  'xtunneledmethod',
])

/**
 * The methods that the query names, upper case. At most one more than {@link MAX_METHOD_PARAMETERS} are read.
 *
 * Finds every spelling that some reader of queries accepts as `_method`: escaped, in any letter case, as the list
 * `_method[]` or `[_method]`, with the `.` or space that PHP turns into `_`, after a `;`. nginx passes on a `#`, which
 * ends the query for applications.
 */
export function methodParameters(query: string): ReadonlySet<string> {
  if (query === '' || !MAY_NAME_ONE.test(query)) return NO_METHODS
  const methods = new Set<string>()
  for (const pair of query.split(/[&;#]/)) {
    const equals = pair.indexOf('=')
    if (!isMethodName(equals < 0 ? pair : pair.slice(0, equals))) continue
    methods.add(equals < 0 ? '' : methodOf(decode(pair.slice(equals + 1))))
    if (methods.size > MAX_METHOD_PARAMETERS) return methods
  }
  return methods
}

/** In the upper case of Unicode: for JavaScript's `toUpperCase`, `ſearch` is SEARCH. */
const methodOf = (bytes: string): string =>
  foldCase(Buffer.from(bytes, 'latin1').toString('utf8').trim()).toUpperCase()

/**
 * `method` after some other character, without further letters; or the name of a header for the method. A plain
 * `method` is a parameter like any other.
 */
function isMethodName(raw: string): boolean {
  if (!MAY_NAME_ONE.test(raw)) return false
  // PHP ends a name at NUL.
  const [name = ''] = decode(raw).toLowerCase().split('\0')
  const letters = name.replaceAll(/[^a-z]/g, '')
  return letters === 'method' ? !name.startsWith('method') : OTHER_NAMES.has(letters)
}

/** Byte by byte: every character that matters here is ASCII. */
const decode = (text: string): string =>
  text
    .replaceAll('+', ' ')
    .replaceAll(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
