/** Replaces the prefix of a path. */
import type { RewriteSettings } from '../../settings/route/definition.ts'

export type RewriteRule = ReturnType<typeof compileRewrite>

export function compileRewrite({ stripPrefix, addPrefix }: RewriteSettings) {
  const withoutSlash = (path: string): string => path.replace(/\/$/, '')
  return {
    /** Whole segments to take away. */
    segments: withoutSlash(stripPrefix).split('/').length - 1,
    /** Escaped, without a final `/`. */
    prefix: encodeURI(withoutSlash(addPrefix)),
  }
}

/**
 * Cuts by segments, not by characters: the route was matched on the decoded path, which may be spelt in many ways.
 * The rest keeps its bytes.
 *
 * @param raw A path with one reading, below the prefix that is removed.
 */
export function rewritePath(raw: string, { segments, prefix }: RewriteRule): string {
  let from = 0
  for (let i = 0; i < segments; i++) {
    const next = raw.indexOf('/', from + 1)
    if (next === -1) return prefix === '' ? '/' : prefix
    from = next
  }
  const rest = raw.slice(from)
  // A rest of `/` alone stays: the request was for the prefix with a final slash.
  return prefix + rest
}
