/**
 * `_method` in a query, by which some applications take a request for another method than the one that was judged:
 * Laravel, Symfony and Express with `method-override` for a POST, WordPress for any method.
 */

/** Most methods that one query may name before it is refused unread. */
export const MAX_METHOD_PARAMETERS = 4

const MAY_NAME_ONE = /method|%/i
const ESCAPE = /%([0-9A-Fa-f]{2})/g
const NO_METHODS: ReadonlySet<string> = new Set()

/**
 * The methods that the query names, upper case. At most one more than {@link MAX_METHOD_PARAMETERS} are read.
 *
 * The name is taken in every spelling that some reader of queries takes for `_method`: escaped, in any letter case,
 * as the list `_method[]` or `[_method]`, with the `.` or space that PHP turns into `_`, behind a `;`.
 */
export function methodParameters(query: string): ReadonlySet<string> {
  if (query === '' || !MAY_NAME_ONE.test(query)) return NO_METHODS
  const methods = new Set<string>()
  for (const pair of query.split(/[&;]/)) {
    const equals = pair.indexOf('=')
    if (!isMethodName(equals < 0 ? pair : pair.slice(0, equals))) continue
    methods.add(
      equals < 0
        ? ''
        : decode(pair.slice(equals + 1))
            .trim()
            .toUpperCase(),
    )
    if (methods.size > MAX_METHOD_PARAMETERS) return methods
  }
  return methods
}

/** `method` behind some other character, and no letter more. A plain `method` is a parameter like any other. */
function isMethodName(raw: string): boolean {
  if (!MAY_NAME_ONE.test(raw)) return false
  // PHP ends a name at NUL.
  const [name = ''] = decode(raw).toLowerCase().split('\0')
  return !name.startsWith('method') && name.replaceAll(/[^a-z]/g, '') === 'method'
}

/** Byte by byte: every character that matters here is ASCII. */
const decode = (text: string): string =>
  text
    .replaceAll('+', ' ')
    .replaceAll(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
