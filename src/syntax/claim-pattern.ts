/** Regular expressions of claim rules, which take linear time whatever the pattern and the claim. */
import { RE2JS, RE2JSException } from 're2js'
import { err, ok, type Result } from '../result.ts'

/** Longest pattern, in characters. */
export const MAX_PATTERN_LENGTH = 256
/** Most instructions of a compiled pattern: `(a|b){200}` has 600. Each may be looked at for each character. */
const MAX_PATTERN_SIZE = 2_000
/** Longest claim that is matched, in characters; no pattern matches a longer one. */
export const MAX_MATCHED_LENGTH = 1_024

/**
 * Compiles a pattern in the syntax of RE2. The whole text must match it, so `admin|user` does not match `administrator`.
 * The error is for people.
 */
export function compileClaimPattern(pattern: string): Result<(text: string) => boolean, string> {
  if (pattern === '') return err('an empty pattern')
  if (pattern.length > MAX_PATTERN_LENGTH) return err(`longer than ${MAX_PATTERN_LENGTH} characters`)
  try {
    const compiled = RE2JS.compile(pattern)
    if (compiled.programSize() > MAX_PATTERN_SIZE) return err('its repetitions make it too large')
    return ok((text) => text.length <= MAX_MATCHED_LENGTH && compiled.testExact(text))
  } catch (fault) {
    if (!(fault instanceof RE2JSException)) throw fault
    return err(fault.message.replace(/^error parsing regexp: /, ''))
  }
}
