import { describe, expect, it } from 'bun:test'
import { startEarlyWorker } from '../../../src/app/workers/early-worker.ts'
import type { WorkerEvents } from '../../../src/app/workers/worker-process.ts'

function start() {
  const spawned: { readonly number: number; readonly events: WorkerEvents; isKilled: boolean }[] = []
  const early = startEarlyWorker((number, events) => {
    const process = { number, events, isKilled: false }
    spawned.push(process)
    return {
      pid: spawned.length,
      send: () => undefined,
      kill: () => void (process.isKilled = true),
      ended: new Promise(() => undefined),
    }
  })
  return { early, spawned }
}

/** Events that note what they get. */
function noting(): WorkerEvents & { readonly noted: string[] } {
  const noted: string[] = []
  return {
    noted,
    onMessage: (message) => void noted.push(typeof message === 'string' ? message : message.kind),
    onLines(text) {
      noted.push(text)
      return undefined
    },
  }
}

describe('a worker that was started early', () => {
  it('is the first worker, and reports to it what it has said before', async () => {
    const { early, spawned } = start()
    spawned[0]?.events.onMessage({ kind: 'started' })
    void spawned[0]?.events.onLines('a line\n')
    const events = noting()
    expect(early.spawn(1, events).pid).toBe(1)
    // Not before its slot knows the process.
    expect(events.noted).toEqual([])
    await Promise.resolve()
    spawned[0]?.events.onMessage({ kind: 'pong' })
    expect(events.noted).toEqual(['started', 'a line\n', 'pong'])
    early.discard()
    expect(spawned.map(({ isKilled }) => isKilled)).toEqual([false])
  })

  it('is taken once: all other workers, and the next process of the first, are new ones', () => {
    const { early, spawned } = start()
    const pids = [2, 1, 1].map((number) => early.spawn(number, noting()).pid)
    expect(pids).toEqual([2, 1, 3])
    expect(spawned.map(({ number }) => number)).toEqual([1, 2, 1])
  })

  it('ends when it is not used', () => {
    const { early, spawned } = start()
    early.discard()
    expect(spawned.map(({ isKilled }) => isKilled)).toEqual([true])
    expect(early.spawn(1, noting()).pid).toBe(2)
  })
})
