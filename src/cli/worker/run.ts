/** A worker as a process: its pipe to the supervisor, and the signals that are not for it. */
import { runWorker } from '../../app/workers/run-worker.ts'

/** A terminal, systemd and others signal every process of the service; the supervisor alone decides what they mean. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Serves until the supervisor stops it, or is gone. @param send Of this process. */
export async function runWorkerProcess(send: (message: unknown) => unknown): Promise<never> {
  for (const signal of SIGNALS) process.on(signal, () => undefined)
  const exitCode = await runWorker({
    // A message to a supervisor that is gone is lost; `disconnect` follows.
    send: (message) => void (process.connected && send(message)),
    onMessage: (take) => void process.on('message', take as (message: unknown) => void),
    onGone(end) {
      // It may have gone while the program was loaded.
      if (process.connected) process.once('disconnect', end)
      else end()
    },
  })
  // The pipe and timers would keep the process.
  process.exit(exitCode)
}
