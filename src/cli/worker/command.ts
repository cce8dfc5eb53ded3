/** `warder worker`: one process of `warder serve`, which starts it. Not for people. */
import { Command } from 'commander'
import { WORKER_COMMAND } from '../../app/workers/worker-command.ts'
import { usageError } from '../usage-error.ts'

/** What a person gets who types it; main.ts runs the worker of a service. */
export const workerCommand = (): Command =>
  new Command(WORKER_COMMAND).description('One process of `warder serve`, which starts it.').action(() => {
    throw usageError(
      'this command is for `warder serve`, which starts its workers itself',
      'run `warder serve`',
    )
  })
