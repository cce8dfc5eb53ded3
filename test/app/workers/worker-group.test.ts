import { afterEach, describe, expect, it, jest } from 'bun:test'
import { WorkerGroup, type Generation } from '../../../src/app/workers/worker-group.ts'
import type { FromWorker, ToWorker } from '../../../src/app/workers/messages.ts'
import type { PlanParts } from '../../../src/app/workers/plan-parts.ts'
import type { OwnPlan } from '../../../src/app/workers/plan.ts'
import type { WorkerEvents } from '../../../src/app/workers/worker-process.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { memoryLogger } from '../../support/run-service.ts'

const NO_PARTS: PlanParts = { at: () => undefined, free: () => undefined }

/** A worker process that does as the test says. */
interface FakeProcess {
  readonly number: number
  readonly received: ToWorker[]
  say(message: FromWorker): void
  end(how: string): void
}

const generation = (number: number, parts: PlanParts = NO_PARTS): Generation => ({
  number,
  parts,
  // Only the number is looked at here.
  planFor: () => ({ generation: number }) as OwnPlan,
})

/** @param answer What a process says to a message by itself. */
function start(count: number, answer: (process: FakeProcess, message: ToWorker) => void = obey) {
  const { logger, lines } = memoryLogger()
  const processes: FakeProcess[] = []
  const spawn = (number: number, events: WorkerEvents) => {
    let end = (_how: string): void => undefined
    const ended = new Promise<string>((resolve) => (end = resolve))
    const received: ToWorker[] = []
    const process: FakeProcess = { number, received, say: events.onMessage, end }
    processes.push(process)
    queueMicrotask(() => process.say({ kind: 'started' }))
    return {
      pid: processes.length,
      ended,
      kill: () => end('signal SIGKILL'),
      send(message: ToWorker) {
        received.push(message)
        answer(process, message)
      },
    }
  }
  const group = new WorkerGroup(generation(1), {
    count,
    spawn,
    logger,
    onMessage: () => undefined,
    onLines: () => undefined,
  })
  return { group, processes, lines }
}

/** Builds, serves and stops. */
function obey(process: FakeProcess, message: ToWorker): void {
  if (typeof message === 'string') return
  if (message.kind === 'prepare') process.say({ kind: 'prepared', generation: message.generation })
  if (message.kind === 'serve') process.say({ kind: 'serving', generation: message.generation })
  if (message.kind === 'stop') process.end('exit code 0')
}

const kindsOf = ({ received }: FakeProcess): readonly string[] =>
  received.flatMap((message) => (typeof message === 'string' ? [] : [message.kind]))
const FAULT = { code: 'ERR_SERVER_WORKER', message: 'no memory', hints: [] } as const

describe('a worker that does not answer', () => {
  afterEach(() => void jest.useRealTimers())

  const isPing = (message: ToWorker): boolean => typeof message === 'object' && message.kind === 'ping'
  const seconds = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      jest.advanceTimersByTime(1_000)
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    }
  }

  it('is killed after four seconds, and another one serves', async () => {
    jest.useFakeTimers()
    const { group, processes, lines } = start(2, (process, message) => {
      if (!isPing(message)) obey(process, message)
      else if (process !== processes[0]) process.say({ kind: 'pong' })
    })
    await group.started
    await seconds(4)
    expect(processes).toHaveLength(2)
    await seconds(2)
    expect(processes).toHaveLength(3)
    expect(lines).toMatchObject([{ event: 'worker', worker: 1, pid: 1, cause: 'it did not answer' }])
    expect(group.health.map(({ isServing }) => isServing)).toEqual([true, true])
    await group.stop(0)
  })

  it('has more time while it builds its first configuration', async () => {
    jest.useFakeTimers()
    let isBuilding = true
    const { group, processes } = start(1, (process, message) => {
      if (!isBuilding) obey(process, message)
    })
    await seconds(25)
    expect(processes).toHaveLength(1)
    isBuilding = false
    processes[0]?.say({ kind: 'pong' })
    processes[0]?.say({ kind: 'prepared', generation: 1 })
    expect(await group.started).toMatchObject({ ok: true })
    await group.stop(0)
  })
})

describe('the workers of a service', () => {
  it('serve one generation after the other', async () => {
    const { group, processes } = start(2)
    expect(await group.started).toMatchObject({ ok: true })
    expect(await group.replace(generation(2))).toMatchObject({ ok: true })
    for (const process of processes)
      expect(kindsOf(process)).toEqual(['prepare', 'serve', 'prepare', 'serve'])
    expect(group.health.map(({ isServing }) => isServing)).toEqual([true, true])
    await group.stop(0)
  })

  it('ask for a configuration part by part, which is freed when all have it', async () => {
    const asked: number[] = []
    let freed = 0
    const parts: PlanParts = {
      at(place) {
        asked.push(place)
        return place < 2 ? Uint8Array.of(place) : undefined
      },
      free: () => void freed++,
    }
    const { group, processes } = start(2, (process, message) => {
      if (typeof message === 'string') return
      const ask = (generation: number, place: number): void =>
        process.say({ kind: 'next', generation, place })
      if (message.kind === 'prepare') ask(message.generation, 0)
      else if (message.kind === 'part') ask(message.generation, (message.bytes[0] ?? 0) + 1)
      else if (message.kind === 'plan') process.say({ kind: 'prepared', generation: message.plan.generation })
      else obey(process, message)
    })
    await group.started
    expect(await group.replace(generation(2, parts))).toMatchObject({ ok: true })
    expect({ asked, freed }).toEqual({ asked: [0, 1, 2, 0, 1, 2], freed: 1 })
    const kinds = ['prepare', 'plan', 'serve', 'prepare', 'part', 'part', 'plan', 'serve']
    for (const process of processes) expect(kindsOf(process)).toEqual(kinds)
    // One that all were told to forget has none.
    processes[0]?.say({ kind: 'next', generation: 1, place: 0 })
    expect(kindsOf(processes[0] as FakeProcess)).toEqual(kinds)
    processes[0]?.end('signal SIGKILL')
    await waitFor(
      'the next process to serve',
      () => (processes[2] && group.health[0]?.isServing) || undefined,
    )
    expect({ asked: asked.length, freed }).toEqual({ asked: 9, freed: 2 })
    await group.stop(0)
  })

  it('all keep the old generation when one cannot build the new one', async () => {
    const { group, processes } = start(2, (process, message) => {
      const isNext = typeof message === 'object' && message.kind === 'prepare' && message.generation === 2
      if (isNext && process.number === 2) process.say({ kind: 'refused', generation: 2, fault: FAULT })
      else obey(process, message)
    })
    await group.started
    expect(await group.replace(generation(2))).toEqual({ ok: false, error: FAULT })
    for (const process of processes)
      expect(kindsOf(process)).toEqual(['prepare', 'serve', 'prepare', 'forget'])
    expect(await group.replace(generation(3))).toMatchObject({ ok: true })
    await group.stop(0)
  })

  it('outlive a late refusal of a generation that all were told to forget', async () => {
    const { group, processes } = start(2, (process, message) => {
      const isNext = typeof message === 'object' && message.kind === 'prepare' && message.generation === 2
      if (!isNext) obey(process, message)
      else if (process.number === 2) process.say({ kind: 'refused', generation: 2, fault: FAULT })
    })
    await group.started
    expect(await group.replace(generation(2))).toEqual({ ok: false, error: FAULT })
    processes[0]?.say({ kind: 'refused', generation: 2, fault: FAULT })
    expect(group.health.map(({ isServing }) => isServing)).toEqual([true, true])
    expect(await group.replace(generation(3))).toMatchObject({ ok: true })
    expect(processes).toHaveLength(2)
    await group.stop(0)
  })

  it('all keep the old generation when one ends while it builds the new one', async () => {
    const { group, processes } = start(2, (process, message) => {
      const isNext = typeof message === 'object' && message.kind === 'prepare' && message.generation === 2
      if (isNext && process.number === 1) process.end('signal SIGKILL')
      else obey(process, message)
    })
    await group.started
    const replaced = await group.replace(generation(2))
    expect(replaced).toMatchObject({ ok: false, error: { code: 'ERR_SERVER_WORKER' } })
    expect(processes[1]?.received).not.toContainEqual({ kind: 'serve', generation: 2 })
    await waitFor('the next process', () => group.health[0]?.isServing === true || undefined)
    // It serves the generation of the others.
    expect(processes[2]?.received).toContainEqual({ kind: 'serve', generation: 1 })
    await group.stop(0)
  })

  it('replace one that ends, and log how it ended', async () => {
    const { group, processes, lines } = start(2)
    await group.started
    await group.replace(generation(2))
    processes[0]?.end('signal SIGKILL')
    await waitFor('the next process', () => processes[2])
    await waitFor('it to serve', () => group.health[0]?.isServing === true || undefined)
    expect(processes[2]?.received).toContainEqual({ kind: 'serve', generation: 2 })
    expect(lines).toMatchObject([
      { level: 'warn', event: 'worker', worker: 1, pid: 1, cause: 'signal SIGKILL', restart_ms: 100 },
    ])
    await group.stop(0)
  })

  it('bring a process that starts during a switch to the new generation', async () => {
    let hold: (() => void) | undefined
    const { group, processes } = start(1, (process, message) => {
      const isSlow = processes.length === 2 && typeof message === 'object' && message.kind === 'prepare'
      if (isSlow && message.generation === 1) hold = () => obey(process, message)
      else obey(process, message)
    })
    await group.started
    processes[0]?.end('exit code 1')
    await waitFor('the next process to build', () => hold)
    expect(await group.replace(generation(2))).toMatchObject({ ok: true })
    hold?.()
    await waitFor('it to serve', () => group.health[0]?.isServing === true || undefined)
    const served = processes[1]?.received.filter(
      (message) => typeof message === 'object' && message.kind === 'serve',
    )
    expect(served).toEqual([{ kind: 'serve', generation: 2 }])
    await group.stop(0)
  })

  for (const [what, fail] of [
    ['cannot build', (process: FakeProcess) => process.say({ kind: 'refused', generation: 1, fault: FAULT })],
    ['ends', (process: FakeProcess) => process.end('exit code 1')],
  ] as const)
    it(`do not start when one of them ${what}`, async () => {
      const { group, processes } = start(2, (process, message) => {
        if (process.number === 2 && typeof message === 'object' && message.kind === 'prepare') fail(process)
        else obey(process, message)
      })
      expect(await group.started).toMatchObject({ ok: false, error: { code: 'ERR_SERVER_WORKER' } })
      expect(processes).toHaveLength(2)
      expect(group.health.map(({ pid }) => pid)).toEqual([undefined, undefined])
    })
})

describe('a question to all workers', () => {
  const asks = (message: ToWorker) =>
    typeof message === 'object' && message.kind === 'ask' ? message : undefined

  it('has an answer of each, in their order', async () => {
    const { group } = start(3, (process, message) => {
      const asked = asks(message)
      if (asked === undefined) return obey(process, message)
      const answer = JSON.stringify(process.number * 10)
      setTimeout(() => process.say({ kind: 'told', id: asked.id, answer }), 3 - process.number)
    })
    await group.started
    expect(await group.askAll('decided', null)).toEqual([10, 20, 30])
    await group.stop(0)
  })

  it('has an answer as long as everything that a process keeps', async () => {
    // Members of all objects together: more than any text from outside may have.
    const records = Array.from({ length: 2_000 }, (_, i) => ({ id: i, a: 1, b: 2, c: 3, d: 4, e: 5 }))
    const { group } = start(2, (process, message) => {
      const asked = asks(message)
      if (asked === undefined) return obey(process, message)
      process.say({ kind: 'told', id: asked.id, answer: JSON.stringify({ decisions: records, dropped: 0 }) })
    })
    await group.started
    const answers = await group.askAll('decisions', { limit: 1_000 })
    expect(answers.map(({ decisions }) => decisions.length)).toEqual([2_000, 2_000])
    await group.stop(0)
  })

  it('is answered without one that is silent', async () => {
    const { group } = start(2, (process, message) => {
      const asked = asks(message)
      if (asked === undefined) return obey(process, message)
      if (process.number === 2) process.say({ kind: 'told', id: asked.id, answer: '7' })
    })
    await group.started
    jest.useFakeTimers()
    const asking = group.askAll('decided', null)
    jest.advanceTimersByTime(2_000)
    jest.useRealTimers()
    expect(await asking).toEqual([7])
    await group.stop(0)
  })
})
