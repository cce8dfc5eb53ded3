/** A real program as a child process: its output is kept, and it is stopped by its own process id. */
import { PROGRAM_PATH } from '../../../tools/programs.ts'
import { waitFor } from './loopback.ts'

export interface ChildProgram {
  readonly pid: number
  /** Everything it has written to stdout and stderr so far. */
  output(): string
  /** Resolves when `ask` answers; rejects with the output if the program ends first. */
  ready<T>(what: string, ask: () => T | undefined | Promise<T | undefined>): Promise<T>
  /** Sends a signal and waits for the end; the exit code, or null if the signal ended it. */
  stop(signal?: 'SIGTERM' | 'SIGQUIT' | 'SIGKILL'): Promise<number | null>
  readonly exited: Promise<number | null>
}

export interface ChildOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

export function startProgram(command: readonly string[], options: ChildOptions = {}): ChildProgram {
  const child = Bun.spawn([...command], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, PATH: PROGRAM_PATH, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  let output = ''
  const keep = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder()
    for await (const chunk of stream) output += decoder.decode(chunk, { stream: true })
  }
  const drained = Promise.all([keep(child.stdout), keep(child.stderr)])
  const exited = child.exited.then(async () => {
    await drained
    return child.exitCode
  })
  return {
    pid: child.pid,
    output: () => output,
    ready: (what, ask) =>
      waitFor(what, () => {
        if (child.exitCode === null && child.signalCode === null) return ask()
        throw new Error(`${command.join(' ')} ended before ${what}:\n${output}`)
      }),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      return exited
    },
    exited,
  }
}
