/** Mistakes on the command line, as errors with a code. */
import type { Command, CommanderError } from 'commander'
import { WarderError } from '../errors.ts'

/** A flag or an argument that cannot be used. */
export const usageError = (message: string, ...hints: readonly string[]): WarderError =>
  new WarderError('ERR_CLI_USAGE', message, { hints })

/**
 * The parser's own complaint in our form; its second line, if any, is a "did you mean". Undefined where it only
 * ends the run: after `--help` and `--version`, or with the help that it has printed in place of a complaint.
 */
export function fromCommander(fault: CommanderError, command: Command): WarderError | undefined {
  if (fault.exitCode === 0 || fault.code === 'commander.help') return undefined
  const [first = '', ...rest] = fault.message.replace(/^error: /, '').split('\n')
  // `--secret=abc` is unknown by its name; its value is nobody's business.
  const message = first.replace(/'(--?[^'=]+)=.*'/, "'$1'")
  return usageError(
    message,
    ...rest.map((line) => line.replace(/^\((.*)\)$/, '$1')),
    `see: ${pathOf(command)} --help`,
  )
}

/** `warder token inspect`. */
function pathOf(command: Command): string {
  const names: string[] = []
  for (let at: Command | null = command; at !== null; at = at.parent) names.unshift(at.name())
  return names.join(' ')
}
