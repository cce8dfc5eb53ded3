/** The commands that `warder help …` names. The parser prints the whole help for an unknown one, as if it were known. */
import type { Command } from 'commander'
import { suggestion } from '../config/suggest.ts'
import { usageError } from './usage-error.ts'

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
  const { label } = suggestion(word, names)
  return usageError(
    `unknown command '${word}'`,
    ...(label === undefined ? [] : [label]),
    `the commands are ${names.join(', ')}`,
  )
}
