/** The command line of this process. */
import { EXIT } from './exit-codes.ts'
import { runCli } from './run-cli.ts'
import { systemIo } from './system-io.ts'

/** Runs the command of its arguments. */
export async function runMain(): Promise<void> {
  const io = systemIo((code) => {
    io.stderr.write(`error[ERR_CLI_OUTPUT]: stdout could not be written completely (${code})\n`)
    process.exitCode ??= EXIT.cannotWrite
  })
  const exitCode = await runCli(process.argv.slice(2), io)
  // Set, not exited with: what is still on its way to a pipe gets there.
  if (exitCode !== EXIT.ok) process.exitCode = exitCode
}
