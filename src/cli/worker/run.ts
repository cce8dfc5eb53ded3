/** A worker as a process: its pipe to the supervisor, and the signals that are not for it. */
import { runWorker } from '../../app/workers/run-worker.ts'
import type { Cli } from '../cli.ts'
import type { ExitCode } from '../exit-codes.ts'
import { usageError } from '../usage-error.ts'

/** A terminal, systemd and others signal every process of the service; the supervisor alone decides what they mean. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Serves until the supervisor stops it, or is gone. @throws WarderError ERR_CLI_USAGE when a person starts it. */
export async function runWorkerCommand(_cli: Cli): Promise<ExitCode> {
  const send = process.send?.bind(process)
  if (send === undefined)
    throw usageError(
      'this command is for `warder serve`, which starts its workers itself',
      'run `warder serve`',
    )
  for (const signal of SIGNALS) process.on(signal, () => undefined)
  const exitCode = await runWorker({
    // A message to a supervisor that is gone is lost; `disconnect` follows.
    send: (message) => void (process.connected && send(message)),
    onMessage: (take) => void process.on('message', take as (message: unknown) => void),
    onGone: (end) => void process.once('disconnect', end),
  })
  // The pipe and timers would keep the process.
  process.exit(exitCode)
}
