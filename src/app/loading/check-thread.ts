/** The thread that loads a configuration and checks it, while the process goes on deciding. */
import { loadInstance } from '../load-instance.ts'
import { systemKeyDeps } from '../system.ts'
import { messagesOf, plainFailure, type FromThread, type ToThread } from './thread-messages.ts'

declare const self: Worker

const { fetchVia: _fetchVia, ...deps } = systemKeyDeps

/** Only what is in files is checked: the keys of the network are for the process to fetch. */
const LOCAL = { ...deps, fetch: () => new Promise<never>(() => undefined), setTimer: () => () => undefined }

let parts: Iterator<FromThread, void> | undefined

self.addEventListener('message', ({ data }: MessageEvent<ToThread>) => void answer(data))

async function answer(question: ToThread): Promise<void> {
  try {
    if (question !== 'next') parts = await check(question.file)
    const part = parts?.next()
    if (part?.done === false) self.postMessage(part.value, [])
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : String(fault)
    self.postMessage({ kind: 'failed', why } satisfies FromThread, [])
  }
}

async function check(file: string): Promise<Iterator<FromThread, void>> {
  const loaded = await loadInstance(file, LOCAL)
  if (!loaded.ok) return [{ kind: 'refused', failure: plainFailure(loaded.error) } as const].values()
  loaded.value.close()
  return messagesOf(loaded.value)
}
