/** One run of `warder`, from its arguments to its exit code. */
import { CommanderError, type Command } from 'commander'
import type { Cli, CliIo } from './cli.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { wantsColour } from './paint.ts'
import { createProgram } from './program.ts'
import { reportFault } from './report-fault.ts'
import { assertHelpTargets, fromCommander } from './usage-error.ts'

/**
 * Runs one command; never throws.
 *
 * @param args Without the names of the runtime and of the program.
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok
  const cli: Cli = {
    ...io,
    json: args.includes('--json'),
    colour: {
      get stdout() {
        return wantsColour(io.stdout.isTerminal, io.env, args)
      },
      get stderr() {
        return wantsColour(io.stderr.isTerminal, io.env, args)
      },
    },
    setExitCode: (code) => {
      exitCode = code
    },
  }
  const program = createProgram(cli)
  adopt(program, io)
  try {
    assertHelpTargets(program, args)
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (fault) {
    if (!(fault instanceof CommanderError)) return reportFault(cli, fault)
    return fault.exitCode === 0 ? EXIT.ok : EXIT.usage
  }
}

/** Makes a command and those below it write to `io`, and throw instead of ending the process. */
function adopt(command: Command, io: CliIo): void {
  command.configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
    // Printed by reportFault, with a code.
    outputError: () => undefined,
  })
  command.exitOverride((fault) => {
    throw fromCommander(fault, command) ?? fault
  })
  for (const child of command.commands) adopt(child, io)
}
