/** Has a thread load and check a configuration, and takes the result in parts. */
import { deepFreeze } from '../../config/deep-freeze.ts'
import type { ConfigFailure } from '../../config/load-config.ts'
import { err, ok, type Result } from '../../result.ts'
import type { Settings } from '../../settings/definition.ts'
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
    thread.addEventListener('message', ({ data }: MessageEvent<FromThread>) => {
      const taken = take(data)
      // One part at a time, so that decisions come between them.
      if (taken === undefined) ask('next')
      else resolve(taken)
    })
    thread.addEventListener('error', ({ message }) => resolve(message))
    ask({ file })
    // Its end takes milliseconds, too, and can wait for decisions.
  }).finally(() => void setTimeout(() => thread.terminate(), 0))
}

/** Puts the parts together; undefined until there is a result. */
function createTaker(): (part: FromThread) => Result<CheckedConfig, ConfigFailure> | string | undefined {
  let facts: CheckedFacts | undefined
  const settings: Record<string, unknown> = {}
  const lists = new Map<string, unknown[]>()
  const listOf = (word: string): unknown[] => {
    const list = lists.get(word) ?? []
    lists.set(word, list)
    settings[word] = list
    return list
  }
  const finish = (): Result<CheckedConfig, ConfigFailure> | string => {
    if (facts === undefined) return 'it has sent no facts'
    for (const list of [settings, ...lists.values()]) Object.freeze(list)
    return ok({ facts, settings: settings as unknown as Settings })
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
      case 'setting':
        settings[part.word] = deepFreeze(part.value)
        return undefined
      case 'items':
        listOf(part.word).push(...part.items.map((item) => deepFreeze(item)))
        return undefined
      case 'end':
        return finish()
    }
  }
}
