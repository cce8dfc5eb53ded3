/** Path patterns of routes: `/exact`, `/tree/**`, and `*` for one segment. */
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import type { Problem } from './diagnostic.ts'
import { quoted } from './printable.ts'

/**
 * Refuses every spelling that could be read in two ways: patterns are compared with decoded, canonical paths,
 * so one that holds an escape or a dot segment would never match, and its route would guard nothing.
 */
export function parsePathPattern(text: string): Result<string, Problem> {
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
  if (!text.startsWith('/')) return 'it does not begin with `/`'
  if (text.length > 2_048) return 'it is longer than 2,048 characters'
  if (text.includes('%')) return 'it has an escape; write the decoded character'
  const odd = /[\u0000-\u001f\u007f;\\?#]/.exec(text)
  if (odd) return `it has ${quoted(odd[0])}`
  const segments = text.slice(1).split('/')
  if (segments.slice(0, -1).includes('')) return 'it has `//`'
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'it has a dot segment'
  if (segments.slice(0, -1).includes('**')) return '`**` may only be last'
  if (segments.some((segment) => segment.includes('*') && segment !== '*' && segment !== '**')) {
    return '`*` and `**` must be a whole segment'
  }
  return undefined
}
