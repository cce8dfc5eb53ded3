/** Path patterns of routes: `/exact`, `/tree/**`, and `*` for one segment. */
import { quoted } from '../../printable.ts'
import { ok, type Result } from '../../result.ts'
import { parsePathPattern } from '../../syntax/path-pattern.ts'
import { refuse, type Problem } from '../problem.ts'

/** A pattern, as the matcher itself reads it. */
export function checkPathPattern(text: string): Result<string, Problem> {
  const pattern = parsePathPattern(text)
  if (pattern.ok) return ok(text)
  const hint = 'write /exact, /tree/** for everything below, or * for one whole segment'
  return refuse('ERR_CONFIG_PATH', `${quoted(text)} is not a path pattern: ${pattern.error}`, hint)
}

/** An exact path: no wildcards. */
export function parseExactPath(text: string): Result<string, Problem> {
  const pattern = parsePathPattern(text)
  if (pattern.ok && !text.includes('*')) return ok(text)
  const why = pattern.ok ? 'it has a wildcard' : pattern.error
  return refuse('ERR_CONFIG_PATH', `${quoted(text)} is not an exact path: ${why}`)
}
