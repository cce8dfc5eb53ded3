/** Path patterns of routes: `/exact`, `/tree/**`, and `*` for one segment. */
import { err, ok } from '../../result.ts'
import type { Result } from '../../result.ts'
import type { Problem } from '../problem.ts'
import { parsePathPattern } from '../../syntax/path-pattern.ts'
import { quoted } from '../../printable.ts'

/** A pattern, as the matcher itself reads it. */
export function checkPathPattern(text: string): Result<string, Problem> {
  const why = whyNot(text)
  if (why === undefined) return ok(text)
  return err({
    code: 'ERR_CONFIG_PATH',
    message: `${quoted(text)} is not a path pattern: ${why}`,
    hints: ['write /exact, /tree/** for everything below, or * for one whole segment'],
  })
}

/** An exact path: no wildcards. */
export function parseExactPath(text: string): Result<string, Problem> {
  const why = whyNot(text) ?? (text.includes('*') ? 'it has a wildcard' : undefined)
  if (why === undefined) return ok(text)
  return err({ code: 'ERR_CONFIG_PATH', message: `${quoted(text)} is not an exact path: ${why}` })
}

function whyNot(text: string): string | undefined {
  const pattern = parsePathPattern(text)
  return pattern.ok ? undefined : pattern.error
}
