/** The terminal, environment and clock of this process. */
import { printableOutput } from '../printable.ts'
import type { CliIo, TextInput, TextOutput } from './cli.ts'

/**
 * Its streams are opened when they are used: that takes 12 ms, which a start of the service does not wait for.
 *
 * @param onLost Called when output could not be written, with the system's code: a full disk must not look like
 *   success, or half of a converted configuration is put in force.
 */
export function systemIo(onLost: (code: string) => void): CliIo {
  return {
    stdin: readable(() => process.stdin),
    stdout: writable(
      () => process.stdout,
      ({ isTTY }) => isTTY,
      onLost,
    ),
    // For people, also when it is stored: a journal is read on a terminal in the end.
    stderr: writable(
      () => process.stderr,
      () => true,
      () => undefined,
    ),
    env: process.env,
    nowMs: () => Date.now(),
  }
}

function readable(open: () => NodeJS.ReadStream): TextInput {
  return {
    get isTerminal() {
      return open().isTTY
    },
    async read(maxBytes) {
      const chunks: Buffer[] = []
      let length = 0
      for await (const chunk of open() as AsyncIterable<Buffer>) {
        length += chunk.length
        if (length > maxBytes) return undefined
        chunks.push(chunk)
      }
      return Buffer.concat(chunks).toString('utf8')
    },
  }
}

/** @param isShown False for a pipe, which gets data as it is. */
function writable(
  open: () => NodeJS.WriteStream,
  isShown: (stream: NodeJS.WriteStream) => boolean,
  onLost: (code: string) => void,
): TextOutput {
  let opened: NodeJS.WriteStream | undefined
  const stream = (): NodeJS.WriteStream =>
    (opened ??= open().on('error', ({ code = 'unknown error' }: NodeJS.ErrnoException) => {
      // The reader may leave early: `warder config schema | head -1` is not an error.
      if (code !== 'EPIPE') onLost(code)
    }))
  // Values are printable already; this catches those that a command has missed.
  const safe = (text: string): string => (isShown(stream()) ? printableOutput(text) : text)
  return {
    get isTerminal() {
      return stream().isTTY
    },
    write: (text) => void stream().write(safe(text)),
    // The stream's own signs of a full pipe differ between runtimes; a write that has ended has ended in all of them.
    deliver: (text) =>
      new Promise((resolve) => {
        stream().write(safe(text), (fault) => resolve(fault === undefined || fault === null))
      }),
  }
}
