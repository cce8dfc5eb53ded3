/** Exit codes: one table for every command. */
import type { Decision } from '../decision/decision.ts'
import type { ErrorCode } from '../errors.ts'

/** What the process ends with; 4 is kept free for policy tests. A number, once released, never changes its meaning. */
export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  configInvalid: 3,
  // 4 is kept for policy tests that fail; no command has it yet.
  denied: 5,
  unreachable: 6,
  different: 7,
  cannotListen: 8,
  cannotWrite: 9,
  unproven: 10,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The meaning of each, for `warder --help` and the docs. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'ok, allowed, valid, ready',
  1: 'a bug in Warder',
  2: 'wrong usage',
  3: 'the configuration is invalid; starting again will not help',
  5: 'denied, the token is invalid, or something got in',
  6: 'an issuer, a site or a running Warder is unreachable or not ready',
  7: 'differences were found',
  8: 'Warder cannot listen on an address',
  9: 'the output could not be written',
  10: 'nothing got in, but not everything could be proven',
}

const OF_CODE: Partial<Record<ErrorCode, ExitCode>> = {
  ERR_INTERNAL: EXIT.bug,
  ERR_SERVER_WORKER: EXIT.bug,
  ERR_CLI_CONFIG_NOT_FOUND: EXIT.configInvalid,
  ERR_CLI_UNREACHABLE: EXIT.unreachable,
  ERR_SERVER_LISTEN: EXIT.cannotListen,
  ERR_CLI_OUTPUT: EXIT.cannotWrite,
}

/** The exit code of an error that stops a command: an error that is not about the command line is about the configuration. */
export const exitCodeOf = (code: ErrorCode): ExitCode =>
  OF_CODE[code] ?? (code.startsWith('ERR_CLI_') ? EXIT.usage : EXIT.configInvalid)

/** Not "denied" when the keys could not be fetched: the token may be good. */
export function exitCodeOfDecision(decision: Decision): ExitCode {
  if (decision.outcome === 'allow') return EXIT.ok
  if (decision.reason === 'internal_error') return EXIT.bug
  return decision.reason === 'keys_unavailable' ? EXIT.unreachable : EXIT.denied
}
