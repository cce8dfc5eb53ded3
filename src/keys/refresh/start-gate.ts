/** What listeners wait for at the start. */
import type { KeyDeps } from '../key-deps.ts'

/** Longest wait for keys at the start, in milliseconds: a provider that starts together with us is up by then. */
const LONGEST_WAIT_MS = 30_000

export interface StartGate {
  /** Resolves when it is opened, or after half a minute. Never rejects. */
  readonly opened: Promise<void>
  open(): void
}

/** Creates the gate; one that nobody shall wait at is open. */
export function createStartGate(isClosed: boolean, setTimer: KeyDeps['setTimer']): StartGate {
  if (!isClosed) return { opened: Promise.resolve(), open: () => undefined }
  let resolveOpened = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    resolveOpened = resolve
  })
  const cancelTimer = setTimer(resolveOpened, LONGEST_WAIT_MS)
  return {
    opened,
    open() {
      cancelTimer()
      resolveOpened()
    },
  }
}
