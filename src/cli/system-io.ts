/** The terminal, environment and clock of this process. */
import type { CliIo, TextInput, TextOutput } from './cli.ts'

export function systemIo(): CliIo {
  return {
    stdin: readable(process.stdin),
    stdout: writable(process.stdout),
    stderr: writable(process.stderr),
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

function writable(stream: NodeJS.WriteStream): TextOutput {
  // The reader may leave early: `warder config schema | head -1` is no error.
  stream.on('error', () => undefined)
  return { isTerminal: stream.isTTY, write: (text) => void stream.write(text) }
}
