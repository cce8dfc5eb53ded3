/** Mistakes on the command line, as errors with a code. */
import type { Command, CommanderError } from 'commander'
import { quoted } from '../printable.ts'
import { suggestion } from '../suggest.ts'
import { WarderError } from '../errors.ts'

/** A flag or an argument that cannot be used. */
export const usageError = (message: string, ...hints: readonly string[]): WarderError =>
  new WarderError('ERR_CLI_USAGE', message, { hints })

/** Two flags or arguments of which one may be given. */
export const excludeEachOther = (first: string, second: string): WarderError =>
  usageError(`${first} and ${second} exclude each other`, 'leave one of them out')

/** The known word that was probably meant, as a hint; empty when none is near. */
export const didYouMean = (word: string, known: readonly string[]): readonly string[] =>
  Object.values(suggestion(word, known))

/**
 * A name that does not exist, with the one that was probably meant.
 *
 * @param plural What the known names are called.
 */
export function unknownName(
  flag: string,
  noun: string,
  plural: string,
  name: string,
  known: readonly string[],
): WarderError {
  return usageError(
    `${flag}: there is no ${noun} ${quoted(name)}`,
    ...didYouMean(name, known),
    known.length === 0 ? `the configuration has no ${plural}` : `${plural}: ${known.join(', ')}`,
  )
}

/**
 * An error of the parser with a code; its second line, if any, is a "did you mean". Undefined if it only ends the
 * run: after `--help` and `--version`, or after help that it has printed instead of an error.
 */
export function fromCommander(fault: CommanderError, command: Command): WarderError | undefined {
  if (fault.exitCode === 0 || fault.code === 'commander.help') return undefined
  const [first = '', ...rest] = fault.message.replace(/^error: /, '').split('\n')
  // The value of an unknown `--secret=abc` must not be repeated.
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

/** @throws WarderError when `help` is asked about a command that does not exist. */
export function assertHelpTargets(program: Command, args: readonly string[]): void {
  let command = program
  let isHelp = false
  for (const word of args.filter((argument) => !argument.startsWith('-'))) {
    const next = command.commands.find((one) => one.name() === word)
    if (next !== undefined) command = next
    else if (word === 'help' && !isHelp && command.commands.length > 0) isHelp = true
    else if (isHelp) throw unknownCommand(command, word)
    else return
  }
}

function unknownCommand(command: Command, word: string): Error {
  const names = command.commands.map((one) => one.name())
  const all = `the commands are ${names.join(', ')}`
  return usageError(`unknown command '${word}'`, ...didYouMean(word, names), all)
}
