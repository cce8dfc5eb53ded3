/** `warder serve` as operators run it: a process of its own. */
import { join } from 'node:path'
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import { isListening } from './loopback.ts'

const MAIN = join(import.meta.dir, '../../../src/cli/main.ts')

export interface ServeOptions {
  /** A module that the process loads first. */
  readonly preload?: string
  /** A command that runs what follows it, in surroundings of its own. */
  readonly inside?: readonly string[]
}

/** Starts it and waits until it listens on the port, which the file has to name. */
export async function startServe(
  file: string,
  port: number,
  cleanup: Cleanup,
  { preload, inside = [] }: ServeOptions = {},
): Promise<ChildProgram> {
  const first = preload === undefined ? [] : ['--preload', preload]
  const warder = startProgram([...inside, process.execPath, ...first, MAIN, 'serve', '-c', file])
  cleanup.add(() => warder.stop('SIGKILL'))
  await warder.ready(`Warder on port ${port}`, async () => (await isListening(port)) || undefined)
  return warder
}
