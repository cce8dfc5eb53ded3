/** `warder serve` as operators run it: a process of its own. */
import { join } from 'node:path'
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'

const MAIN = join(import.meta.dir, '../../../src/cli/main.ts')

export interface ServeOptions {
  /** A module that the process loads first. */
  readonly preload?: string
  /** A command that runs what follows it, in surroundings of its own. */
  readonly inside?: readonly string[]
  /** Gives it a terminal, made by `script`. Default: pipes, as for a service. */
  readonly onTerminal?: boolean
}

/** Starts it and waits until it listens on the port, which the file has to name. */
export async function startServe(
  file: string,
  port: number,
  cleanup: Cleanup,
  { preload, inside = [], onTerminal = false }: ServeOptions = {},
): Promise<ChildProgram> {
  const first = preload === undefined ? [] : ['--preload', preload]
  const command = [...inside, process.execPath, ...first, MAIN, 'serve', '-c', file]
  const warder = startProgram(onTerminal ? terminalOf(command) : command)
  // `script` passes SIGTERM on; its sudden end would be a hang-up, by which Warder reloads.
  cleanup.add(() => warder.stop(onTerminal ? 'SIGTERM' : 'SIGKILL'))
  await warder.ready(`Warder on port ${port}`, () => warder.output().includes('ready to decide') || undefined)
  return warder
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

// `exec`: what ends the terminal ends the command, too.
const terminalOf = (command: readonly string[]): readonly string[] => [
  'script',
  '-qfc',
  `exec ${command.map(quote).join(' ')}`,
  '/dev/null',
]
