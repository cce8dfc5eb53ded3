/** `warder`: the entry of the program. */
import { printableOutput } from '../printable.ts'
import type { CliIo, TextInput, TextOutput } from './cli.ts'
import { EXIT } from './exit-codes.ts'
import { runCli } from './run-cli.ts'

const io = systemIo((code) => {
  io.stderr.write(`error[ERR_CLI_OUTPUT]: stdout could not be written completely (${code})\n`)
  process.exitCode ??= EXIT.cannotWrite
})
const exitCode = await runCli(process.argv.slice(2), io)
// Set, not exited with: what is still on its way to a pipe gets there.
if (exitCode !== EXIT.ok) process.exitCode = exitCode

/**
 * The terminal, environment and clock of this process.
 *
 * @param onLost Called when output could not be written, with the system's code: a full disk must not look like
 *   success, or half of a converted configuration is put in force.
 */
function systemIo(onLost: (code: string) => void): CliIo {
  return {
    stdin: readable(process.stdin),
    stdout: writable(process.stdout, process.stdout.isTTY, onLost),
    // For people, also when it is stored: a journal is read on a terminal in the end.
    stderr: writable(process.stderr, true, () => undefined),
    env: process.env,
    nowMs: () => Date.now(),
  }
}

function readable(stream: NodeJS.ReadStream): TextInput {
  return {
    isTerminal: stream.isTTY,
    async read(maxBytes) {
      const chunks: Buffer[] = []
      let length = 0
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        length += chunk.length
        if (length > maxBytes) return undefined
        chunks.push(chunk)
      }
      return Buffer.concat(chunks).toString('utf8')
    },
  }
}

/** @param isShown False for a pipe, which gets data as it is. */
function writable(stream: NodeJS.WriteStream, isShown: boolean, onLost: (code: string) => void): TextOutput {
  stream.on('error', ({ code = 'unknown error' }: NodeJS.ErrnoException) => {
    // The reader may leave early: `warder config schema | head -1` is not an error.
    if (code !== 'EPIPE') onLost(code)
  })
  // Values are printable already; this catches those that a command has missed.
  const write = (text: string): void => void stream.write(isShown ? printableOutput(text) : text)
  return { isTerminal: stream.isTTY, write }
}
