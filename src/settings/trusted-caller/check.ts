/** What the schema cannot check about a trusted caller. */
import { problemAt, type Located, type LocatedProblem } from '../problem.ts'
import { uselessWords } from '../useless-words.ts'
import { TRUSTED_CALLER, type TrustedCallerConfig } from './definition.ts'

export function checkTrustedCaller({
  pointer,
  value,
}: Located<TrustedCallerConfig>): readonly LocatedProblem[] {
  const useless = uselessWords(TRUSTED_CALLER, pointer, value)
  if (useless.length > 0 || value.from !== undefined || value.secret !== undefined) return useless
  const message = 'the entry names nobody'
  return [problemAt(pointer, 'ERR_CONFIG_MISSING_KEY', message, 'write `from`, `secret`, or both')]
}
