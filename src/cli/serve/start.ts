/** The start of `serve`: what can go on while the rest of the program is loaded. */
import { readFileSync } from 'node:fs'
import { startEarlyWorker } from '../../app/workers/early-worker.ts'
import { mayHaveWorkers } from '../../app/workers/worker-count.ts'
import type { Cli } from '../cli.ts'
import { findConfigFile } from '../config-file.ts'
import type { ExitCode } from '../exit-codes.ts'

export interface ServeOptions {
  readonly config?: string
  readonly watch: boolean
}

/**
 * Serves until a signal.
 *
 * @throws WarderError ERR_CLI_CONFIG_NOT_FOUND, ERR_SERVER_LISTEN
 */
export async function startServe(cli: Cli, { config, watch }: ServeOptions): Promise<ExitCode> {
  const file = findConfigFile(config, cli.env)
  const early = mayHaveWorkers(readText(file)) ? startEarlyWorker() : undefined
  try {
    const { runServe } = await import('./run.ts')
    return await runServe(cli, file, watch, early)
  } finally {
    early?.discard()
  }
}

/** Of a file that cannot be read: nothing. That is reported when it is read again. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
