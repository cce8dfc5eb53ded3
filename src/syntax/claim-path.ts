/** Paths to nested claims: `realm_access.roles`, `https://acme\.example/roles`. */

/** The claims of a token. */
export type Claims = Readonly<Record<string, unknown>>

/** Deepest path; a token is not deeper either. */
const MAX_PATH_DEPTH = 32

// Linear: a name has no dot but after a backslash.
const NAME = String.raw`(?:[^.\\]|\\[.\\])+`
const NAMES = new RegExp(NAME, 'g')
const PATH = new RegExp(`^${NAME}(?:\\.${NAME})*$`)

/**
 * Splits a path at its dots. `\.` is a dot and `\\` a backslash inside a name. Undefined if a name is empty,
 * a backslash escapes something else, or the path is too deep.
 */
export function parseClaimPath(text: string): readonly string[] | undefined {
  if (!PATH.test(text)) return undefined
  const names = (text.match(NAMES) ?? []).map((name) => name.replaceAll(/\\(.)/g, '$1'))
  return names.length <= MAX_PATH_DEPTH ? names : undefined
}

/** The text that {@link parseClaimPath} reads as this path. */
export const formatClaimPath = (path: readonly string[]): string =>
  path.map((name) => name.replaceAll(/[.\\]/g, '\\$&')).join('.')

/** Like {@link parseClaimPath}, for settings that were checked before. */
export function assertClaimPath(text: string): readonly string[] {
  const path = parseClaimPath(text)
  if (path === undefined) throw new TypeError(`not a claim path: ${text}`)
  return path
}

/** The claim at a path, or undefined. Own members only, so `constructor` is not a claim; arrays are not entered. */
export function readClaim(claims: Claims, path: readonly string[]): unknown {
  let value: unknown = claims
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) {
      return undefined
    }
    value = (value as Claims)[name]
  }
  return value
}
