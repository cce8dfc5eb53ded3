/** `warder`: the entry of the program. */
import { EXIT } from './exit-codes.ts'
import { runCli } from './run-cli.ts'
import { systemIo } from './system-io.ts'

const exitCode = await runCli(process.argv.slice(2), systemIo())
// Set, not exited with: what is still on its way to a pipe gets there.
if (exitCode !== EXIT.ok) process.exitCode = exitCode
