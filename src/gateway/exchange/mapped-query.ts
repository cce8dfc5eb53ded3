/** Query parameters that the auth service sets: taken out of the client's query first, then added to it. */

/** Whether a name in a query means one of the mapped parameters. */
export type IsMappedParameter = (rawName: string) => boolean

export interface QueryParameter {
  readonly name: string
  readonly value: string
}

export function compileMappedParameters(names: readonly string[]): IsMappedParameter {
  if (names.length === 0) return () => false
  const mapped = new Set(names.map((name) => folded(name)))
  return (rawName) => mapped.has(folded(decoded(rawName)))
}

/**
 * The query with the mapped parameters as the service sets them. The client's other parameters keep their bytes and order.
 *
 * @param query Raw, without `?`; undefined if there is none.
 */
export function mapQuery(
  query: string | undefined,
  isMapped: IsMappedParameter,
  added: readonly QueryParameter[],
): string | undefined {
  const kept = query === undefined ? undefined : withoutMapped(query, isMapped)
  if (added.length === 0) return kept
  const own = added.map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  return [...(kept === undefined || kept === '' ? [] : [kept]), ...own].join('&')
}

/** Some servers take `;` for `&`, so that a parameter may hide in the value of another one. */
function withoutMapped(query: string, isMapped: IsMappedParameter): string | undefined {
  const parts = query.match(/[&;]?[^&;]*/g)?.filter((part) => part !== '') ?? []
  const kept = parts.filter((part) => !isMapped(nameOf(part)))
  if (kept.length === parts.length) return query
  if (kept.length === 0) return undefined
  const isFirstGone = kept[0] !== parts[0] && !/^[&;]/.test(query)
  // The part that is first now has no separator before it.
  return isFirstGone ? kept.join('').slice(1) : kept.join('')
}

function nameOf(part: string): string {
  const from = part.startsWith('&') || part.startsWith(';') ? 1 : 0
  const equals = part.indexOf('=')
  return part.slice(from, equals < 0 ? part.length : equals)
}

/** Bytes as latin1: mapped names are ASCII. `%uXXXX` is read by ASP.NET and its like. */
const decoded = (name: string): string =>
  name
    .replaceAll('+', ' ')
    .replaceAll(/%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})/g, (_, unit?: string, byte?: string) =>
      String.fromCharCode(Number.parseInt(unit ?? byte ?? '', 16)),
    )

/**
 * One spelling for all that applications take for the same name: PHP reads `a.b` and `a b` as `a_b`, it and Express
 * read `a[]` and `a[x]` as `a`, ASP.NET ignores case, C ends a name at NUL, and an application that removes every
 * leading `?` reads `??a` as `a`.
 */
const folded = (name: string): string =>
  name
    .replace(/[[\0].*$/s, '')
    .trim()
    .replace(/^[?\s]+/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '-')
