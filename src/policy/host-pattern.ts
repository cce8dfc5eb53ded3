/** Host patterns: `api.example.com`, or `*.example.com` for every host below, at any depth, but not itself. */

/** `.example.com` for `*.example.com`; undefined for an exact host. */
export const wildcardSuffix = (pattern: string): string | undefined =>
  pattern.startsWith('*.') ? pattern.slice(1) : undefined

/** The suffixes by which a wildcard might match a host, longest first: `.b.c`, `.c` for `a.b.c`. */
export function suffixesOf(host: string): readonly string[] {
  const suffixes: string[] = []
  for (let dot = host.indexOf('.'); dot > 0; dot = host.indexOf('.', dot + 1)) suffixes.push(host.slice(dot))
  return suffixes
}

/** Whether every host that matches `inner` also matches `outer`. */
export function coversHost(outer: string, inner: string): boolean {
  if (outer === inner) return true
  const suffix = wildcardSuffix(outer)
  if (suffix === undefined) return false
  const innerSuffix = wildcardSuffix(inner)
  return innerSuffix === undefined
    ? inner.endsWith(suffix) && inner.length > suffix.length
    : innerSuffix.endsWith(suffix)
}
