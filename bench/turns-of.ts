/** The longest turns of the event loop of Warder's processes, as servers/turns.ts notes them. */
import { readdir } from 'node:fs/promises'
import { readIfThere } from './process-tree.ts'
import type { Bench } from './processes.ts'
import { WARDER_FROM_SOURCE } from './warder-command.ts'

const PRELOADED = `${import.meta.dir}/servers/turns.ts`

/** A Warder that notes its turns: how it is started, and where they are noted. */
export async function watchTurns(
  bench: Bench,
): Promise<{ readonly directory: string; readonly command: readonly string[] }> {
  const directory = `${bench.directory}/turns`
  await bench.write('turns/none', '')
  const [bun = '', ...rest] = WARDER_FROM_SOURCE
  return { directory, command: ['env', `TURNS=${directory}`, bun, '--preload', PRELOADED, ...rest] }
}

/** Milliseconds. */
export interface Turn {
  readonly wall: number
  readonly cpu: number
}

/** The turns of each process, by its pid. */
export async function turnsSince(
  directory: string,
  startedAt: number,
): Promise<readonly (readonly [string, readonly Turn[]])[]> {
  const names = (await readdir(directory)).filter((name) => name !== 'none')
  return names.map((name) => {
    const lines = readIfThere(`${directory}/${name}`).trim().split('\n')
    const turns = lines.map((line) => line.split(' ').map(Number))
    return [
      name,
      turns.flatMap(([at = 0, wall = 0, cpu = 0]) => (at >= startedAt ? [{ wall, cpu }] : [])),
    ] as const
  })
}

/** The longest ones, each of its kind. */
export const worstOf = (turns: readonly Turn[]): Turn => ({
  wall: Math.max(0, ...turns.map(({ wall }) => wall)),
  cpu: Math.max(0, ...turns.map(({ cpu }) => cpu)),
})
