/** `GET /v1/events`: statistics every second, and new decisions, for as long as somebody listens. */
import { printableJson } from '../printable.ts'
import type { Meter } from './decision-counts.ts'
import type { DecisionRecord } from './decision-record.ts'
import type { AskAll } from './questions.ts'
import type { OpenAnswer } from './route-answer.ts'

export interface DecisionEvents {
  /** Sends events to a client until the returned function is called. */
  listen(answer: OpenAnswer): () => void
  stop(): void
}

export interface DecisionEventsDeps {
  readonly askAll: AskAll
  /** A new meter, for statistics from now on. */
  readonly openMeter: () => Meter
  /** Calls every second until the returned function is called. */
  readonly everySecond: (fn: () => void) => () => void
}

/** Most decisions in a second that are sent; people read fewer, and all are counted. */
const DECISIONS_PER_SECOND = 50

/** Processes that are remembered: more than there are, and those that have ended lately. */
const MAX_PROCESSES = 1_024

/** Nothing is asked while nobody listens. A part that a client has not read in time is left out. */
export function createDecisionEvents({ askAll, openMeter, everySecond }: DecisionEventsDeps): DecisionEvents {
  const listeners = new Set<OpenAnswer>()
  let cancel: (() => void) | undefined
  const stop = (): void => {
    cancel?.()
    cancel = undefined
  }
  const start = (): void => {
    const tick = createTick(askAll, openMeter())
    let isBusy = false
    const run = async (): Promise<void> => {
      // A worker that does not answer delays the next events, and does not pile them up.
      if (isBusy) return
      isBusy = true
      try {
        const text = await tick()
        for (const listener of listeners) listener.send(text)
      } finally {
        isBusy = false
      }
    }
    cancel = everySecond(() => void run())
    void run()
  }
  return {
    listen(answer) {
      listeners.add(answer)
      if (cancel === undefined) start()
      return () => {
        listeners.delete(answer)
        if (listeners.size === 0) stop()
      }
    },
    stop,
  }
}

/** The events since the last call, as they are sent to every client. */
function createTick(askAll: AskAll, measure: Meter): () => Promise<string> {
  let counts: Readonly<Record<string, number>> = {}
  return async () => {
    const [point, answers] = await Promise.all([
      measure(),
      askAll('fresh', { counts, limit: DECISIONS_PER_SECOND }),
    ])
    // One that did not answer in time is asked again.
    const latest = answers.map(({ process, count }) => [process, count] as const)
    counts = Object.fromEntries([...Object.entries(counts), ...latest].slice(-MAX_PROCESSES))
    const all = answers.flatMap(({ decisions }) => decisions).toSorted(byTimeDown)
    const shown = all.slice(0, DECISIONS_PER_SECOND).toReversed()
    const leftOut =
      answers.reduce((sum, answer) => sum + answer.leftOut, 0) + Math.max(0, all.length - shown.length)
    return [...shown.map((record) => event('decision', record)), event('stats', { ...point, leftOut })].join(
      '',
    )
  }
}

const byTimeDown = (a: DecisionRecord, b: DecisionRecord): number =>
  b.timeMs - a.timeMs || (a.id < b.id ? 1 : -1)

/** JSON has no line ends. */
const event = (name: string, data: object): string =>
  `event: ${name}\ndata: ${printableJson(JSON.stringify(data))}\n\n`
