/** `warder worker`: one process of `warder serve`, which starts it. Not for people. */
import { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { loadAndRun } from '../flags.ts'

export const workerCommand = (cli: Cli): Command =>
  new Command('worker')
    .description('One process of `warder serve`, which starts it.')
    .action(loadAndRun(cli, async () => (await import('./run.ts')).runWorkerCommand))
