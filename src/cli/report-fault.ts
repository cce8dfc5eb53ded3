/** The end of a run that failed: what is printed, and the exit code. */
import { WarderError } from '../errors.ts'
import { printable } from '../printable.ts'
import { redact } from '../observe/redact.ts'
import { writeJson, type Cli } from './cli.ts'
import { exitCodeOf, type ExitCode } from './exit-codes.ts'
import { createPaint } from './paint.ts'

/** Prints an operator's mistake as `error[CODE]: message` with its hints, and anything else as a bug. */
export function reportFault(cli: Cli, fault: unknown): ExitCode {
  const error = fault instanceof WarderError ? fault : bugOf(fault)
  const paint = createPaint(cli.colour.stderr)
  // A token pasted in the wrong place must not be repeated.
  const hints = error.hints.map(shown)
  const lines = [
    `${paint('red', `error[${error.code}]`)}: ${shown(error.message)}`,
    ...hints.map((hint) => `  = ${hint}`),
  ]
  if (error.code === 'ERR_INTERNAL') lines.push(...stackOf(fault))
  cli.stderr.write(`${lines.join('\n')}\n`)
  if (cli.json) writeJson(cli, 'warder.error/v1', { code: error.code, message: shown(error.message), hints })
  return exitCodeOf(error.code)
}

/** Prints a warning, after which the command continues. */
export function warn(cli: Cli, message: string): void {
  cli.stderr.write(`${createPaint(cli.colour.stderr)('yellow', 'warning')}: ${shown(message)}\n`)
}

function bugOf(fault: unknown): WarderError {
  const what =
    fault instanceof Error ? `${fault.name}: ${fault.message}` : 'a value that is not an error was thrown'
  return new WarderError('ERR_INTERNAL', `this is a bug in Warder: ${what}`, {
    hints: ['please report it with the lines below; they hold no token'],
    cause: fault,
  })
}

function stackOf(fault: unknown): readonly string[] {
  const stack = fault instanceof Error ? (fault.stack ?? '') : ''
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map(shown)
}

/** Text of a token or a request may be made to fool a terminal, or hold another token. */
export const shown = (text: string): string => redact(printable(text))
