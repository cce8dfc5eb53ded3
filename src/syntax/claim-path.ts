/** Paths to nested claims: `realm_access.roles`, `https://acme\.example/roles`. */

/** The claims of a token. */
export type Claims = Readonly<Record<string, unknown>>

/** Deepest path; a token is not deeper either. */
const MAX_PATH_DEPTH = 32

/**
 * Splits a path at its dots. `\.` is a dot and `\\` a backslash inside a name. Undefined if a name is empty,
 * a backslash escapes something else, or the path is too deep.
 */
export function parseClaimPath(text: string): readonly string[] | undefined {
  const names: string[] = []
  let name = ''
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i)
    if (character === '.') {
      names.push(name)
      name = ''
    } else if (character === '\\') {
      const escaped = text.charAt(++i)
      if (escaped !== '.' && escaped !== '\\') return undefined
      name += escaped
    } else {
      name += character
    }
  }
  names.push(name)
  return names.length <= MAX_PATH_DEPTH && names.every((part) => part !== '') ? names : undefined
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
