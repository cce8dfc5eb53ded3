/** A worker: it serves what the supervisor tells it to, and ends with it. */
import { createAskingRateStore, type AskingRateStore } from '../../gateway/limits/asking-rate-store.ts'
import { createMemoryRateStore } from '../../gateway/limits/memory-rate-store.ts'
import { logBugs } from '../../observe/bug-log.ts'
import { createLogger } from '../../observe/logger.ts'
import { writeLogAtExit } from '../process-end.ts'
import { monotonicMs } from '../system.ts'
import { readText, type FromWorker, type ToWorker } from './messages.ts'
import { createMirrors } from './mirrors.ts'
import { createQuestions } from './questions.ts'
import type { CountAnswer } from './worker-counts.ts'
import { WorkerGenerations } from './worker-generations.ts'

/** How long answers under way go on when the supervisor has died, in milliseconds. */
const ORPHAN_PATIENCE_MS = 1_000

/** The pipe to the supervisor. */
export interface Channel {
  send(message: FromWorker): void
  onMessage(take: (message: ToWorker) => void): void
  /** Calls once when the supervisor is gone. */
  onGone(end: () => void): void
}

/** Serves until the supervisor stops it, or is gone; resolves with the exit code then. */
export function runWorker({ send, onMessage, onGone }: Channel): Promise<0 | 1> {
  const logger = createLogger(1, 'from the configuration')
  writeLogAtExit(logger)
  logBugs(logger)
  const lookUps = createQuestions<boolean>()
  const mirrors = createMirrors(
    (source, kid, algorithm) => lookUps.ask((id) => send({ kind: 'lookup', id, source, kid, algorithm })),
    (source, thumbprint) => send({ kind: 'used', source, thumbprint }),
  )
  const rates = openRates(send)
  const generations = new WorkerGenerations({ logger, mirrors, stores: { rates }, send })
  return new Promise((resolve) => {
    const stop = async (drainMs: number, code: 0 | 1): Promise<void> => {
      await generations.stop(drainMs)
      await logger.flush()
      resolve(code)
    }
    onMessage((message) => {
      if (typeof message === 'string') return rates.answered(...(readText(message) as CountAnswer))
      switch (message.kind) {
        case 'prepare':
          return generations.prepare(message.generation)
        case 'part':
          return generations.takePart(message.generation, message.bytes)
        case 'plan':
          return generations.build(message.plan)
        case 'serve':
          return void generations.serve(message.generation)
        case 'forget':
          return generations.forget(message.generation)
        case 'keys':
          return mirrors.update(message.changed)
        case 'looked_up':
          return lookUps.answered(message.id, message.hasWaited)
        case 'ask':
          return void generations.answer(message.question, message.asked).then((answer) => {
            if (answer !== undefined) send({ kind: 'told', id: message.id, answer })
          })
        case 'ping':
          return send({ kind: 'pong' })
        case 'stop':
          return void stop(message.drainMs, 0)
      }
    })
    onGone(() => {
      // Its addresses must be free for a successor, and answers that were promised go out.
      setTimeout(() => resolve(1), ORPHAN_PATIENCE_MS)
      void stop(0, 1)
    })
    send({ kind: 'started' })
  })
}

/** Counts are the supervisor's; see {@link createAskingRateStore} for the time in which it does not answer. */
const openRates = (send: Channel['send']): AskingRateStore =>
  createAskingRateStore({
    send: (id, requests) => send(JSON.stringify([id, requests])),
    sendLimits: (all) =>
      send({ kind: 'limits', limits: all.map(({ id, requests, perMs }) => ({ id, requests, perMs })) }),
    local: createMemoryRateStore(monotonicMs),
  })
