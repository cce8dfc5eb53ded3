/** JSON pointers (RFC 6901), with which diagnostics name values of the configuration. */

/** `['policies', 'a/b']` → `/policies/a~1b`; the whole document is the empty string. */
export const toPointer = (segments: readonly PropertyKey[]): string =>
  segments.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** `/policies/a~1b` → `['policies', 'a/b']`. */
export const fromPointer = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))

/** For people: `in issuers[0].keys`, `in policies.orders`, `at the top level`. */
export function pointerForPeople(pointer: string): string {
  const segments = fromPointer(pointer)
  if (segments.length === 0) return 'at the top level'
  const names = segments.map((segment, i) =>
    /^\d+$/.test(segment) ? `[${segment}]` : i === 0 ? segment : `.${segment}`,
  )
  return `in ${names.join('')}`
}

/** The value there, or undefined. Own members only. */
export function valueAt(root: unknown, pointer: string): unknown {
  let value = root
  for (const segment of fromPointer(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined
    value = (value as Record<string, unknown>)[segment]
  }
  return value
}

/**
 * Where the value of a pointer comes from; undefined if nothing is known about it.
 *
 * @param origins Pointers without their first slash → pointers; of several, the longest beginning decides.
 */
export function originOf(pointer: string, origins: ReadonlyMap<string, string>): string | undefined {
  const segments = fromPointer(pointer)
  for (let length = segments.length; length > 0; length--) {
    const origin = origins.get(segments.slice(0, length).join('/'))
    if (origin !== undefined) return origin + toPointer(segments.slice(length))
  }
  return undefined
}
