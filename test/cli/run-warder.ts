/** Runs a command in this process, with another terminal. */
import type { CliIo, TextOutput } from '../../src/cli/cli.ts'
import { runCli } from '../../src/cli/run-cli.ts'

export interface RunOptions {
  /** What is piped in; undefined: nothing, and a person sits there. */
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Epoch milliseconds. Default: {@link NOW_MS}. */
  readonly nowMs?: number
  /** Both outputs are terminals. Default false. */
  readonly terminal?: boolean
}

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export const NOW_MS = Date.parse('2026-11-21T17:09:55Z')

export async function runWarder(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  let stdout = ''
  let stderr = ''
  const { stdin, terminal = false } = options
  const io: CliIo = {
    stdin: {
      isTerminal: stdin === undefined,
      read: (maxBytes) => Promise.resolve((stdin ?? '').length > maxBytes ? undefined : stdin),
    },
    stdout: output(terminal, (text) => (stdout += text)),
    stderr: output(terminal, (text) => (stderr += text)),
    env: options.env ?? {},
    nowMs: () => options.nowMs ?? NOW_MS,
  }
  const code = await runCli(args, io)
  return { code, stdout, stderr }
}

const output = (isTerminal: boolean, keep: (text: string) => void): TextOutput => ({
  isTerminal,
  write: keep,
  deliver(text) {
    keep(text)
    return Promise.resolve(true)
  },
})

/** The first `error[CODE]` of the output. */
export const errorCodeOf = ({ stderr }: Ran): string | undefined => /error\[(\w+)\]/.exec(stderr)?.[1]
