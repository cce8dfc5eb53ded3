/** A worker that is started before the configuration is read: it loads the program while this process reads. */
import { spawnWorker, type WorkerEvents, type WorkerProcess } from './worker-process.ts'
import type { Spawn } from './worker-slot.ts'

export interface EarlyWorker {
  /** As {@link spawnWorker}, but the first worker is the one that was started early. */
  readonly spawn: Spawn
  /** Ends it if it was not used. */
  discard(): void
}

export function startEarlyWorker(spawn: Spawn = spawnWorker): EarlyWorker {
  let events: WorkerEvents | undefined
  const waiting: ((to: WorkerEvents) => void)[] = []
  let early: WorkerProcess | undefined = spawn(1, {
    onMessage(message) {
      if (events === undefined) waiting.push((to) => to.onMessage(message))
      else events.onMessage(message)
    },
    onLines(text) {
      if (events !== undefined) return events.onLines(text)
      waiting.push((to) => void to.onLines(text))
      return undefined
    },
  })
  return {
    spawn(number, of) {
      if (number !== 1 || early === undefined) return spawn(number, of)
      const taken = early
      early = undefined
      // Its slot knows the process when this function has returned.
      queueMicrotask(() => {
        events = of
        for (const deliver of waiting.splice(0)) deliver(of)
      })
      return taken
    },
    discard() {
      early?.kill()
      early = undefined
    },
  }
}
