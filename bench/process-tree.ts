/** The processes that one command has started: a server may be a supervisor with workers. */
import { readdirSync, readFileSync } from 'node:fs'

/** These processes and all their descendants that are running now. */
export function treeOf(pids: readonly number[]): readonly number[] {
  const found = [...pids]
  // Grows while it is read: the children of children follow.
  for (const pid of found) found.push(...childrenOf(pid))
  return [...new Set(found)]
}

function childrenOf(pid: number): readonly number[] {
  return tasksOf(pid).flatMap((task) =>
    readIfThere(`/proc/${pid}/task/${task}/children`)
      .split(' ')
      .filter((word) => word !== '')
      .map(Number),
  )
}

/** The ids of the threads of a process; none if it has ended. */
export function tasksOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** The text of a file in /proc; empty if its process or thread has ended. */
export function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
