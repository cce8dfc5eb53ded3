/** What a decision means for the exit code. */
import type { Decision } from '../decision/decision.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** Not "denied" when the keys could not be fetched: the token may be good. */
export function exitCodeOfDecision(decision: Decision): ExitCode {
  if (decision.outcome === 'allow') return EXIT.ok
  if (decision.reason === 'internal_error') return EXIT.bug
  return decision.reason === 'keys_unavailable' ? EXIT.unreachable : EXIT.denied
}
