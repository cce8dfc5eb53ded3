/** Has a thread load and check a configuration, and takes the result in parts. */
import { deepFreeze } from '../../config/deep-freeze.ts'
import type { ConfigFailure } from '../../config/load-config.ts'
import { err, ok, type Result } from '../../result.ts'
import type { Settings } from '../../settings/definition.ts'
import { createSettingsTaker } from '../settings-parts.ts'
import { createRest } from './rest.ts'
import type { CheckedFacts, FromThread, ToThread } from './thread-messages.ts'

/** A configuration without errors. */
export interface CheckedConfig {
  readonly facts: CheckedFacts
  /** Deeply frozen. */
  readonly settings: Settings
}

/** In the compiled program, all files are one at the top, and the thread is where tools/build.ts puts it. */
const THREAD = import.meta.url.includes('/$bunfs/') ? './app/loading/check-thread.js' : './check-thread.ts'

/** A text with the cause, if the thread fails. */
export function checkInThread(file: string): Promise<Result<CheckedConfig, ConfigFailure> | string> {
  const thread = new Worker(new URL(THREAD, import.meta.url).href)
  // A service that stops does not wait for it.
  thread.unref()
  const ask = (question: ToThread): void => thread.postMessage(question, [])
  return new Promise<Result<CheckedConfig, ConfigFailure> | string>((resolve) => {
    const take = createTaker()
    const rest = createRest()
    thread.addEventListener('message', ({ data }: MessageEvent<FromThread>) => {
      const taken = take(data)
      if (taken !== undefined) return resolve(taken)
      // One part at a time. The runtime reads one message after the other for as long as there are any.
      void Promise.resolve(rest()).then(() => ask('next'))
    })
    thread.addEventListener('error', ({ message }) => resolve(message))
    ask({ file })
    // Its end takes milliseconds, too, and can wait for decisions.
  }).finally(() => void setTimeout(() => thread.terminate(), 0))
}

/** Puts the parts together; undefined until there is a result. */
function createTaker(): (part: FromThread) => Result<CheckedConfig, ConfigFailure> | string | undefined {
  let facts: CheckedFacts | undefined
  const taker = createSettingsTaker()
  const finish = (): Result<CheckedConfig, ConfigFailure> | string => {
    if (facts === undefined) return 'it has sent no facts'
    // Freezing its lists too would take 5 ms for ten thousand routes, whose every item is frozen.
    const settings = Object.freeze(taker.finish() as Settings)
    return ok({ facts, settings })
  }
  return (part) => {
    switch (part.kind) {
      case 'refused':
        return err(part.failure)
      case 'failed':
        return part.why
      case 'facts':
        facts = part.facts
        return undefined
      case 'part':
        taker.take(deepFreeze(part.part))
        return undefined
      case 'end':
        return finish()
    }
  }
}
