/** Asks a running Warder again and again, through its restarts, until the command is stopped. */
import { WarderError } from '../../errors.ts'
import type { Cli } from '../cli.ts'
import { warn } from '../report-fault.ts'

/** Time between two questions, in milliseconds. */
const INTERVAL_MS = 1_000

/**
 * @param stopping Aborted when the command is stopped.
 * @param step Asks and prints once; false if nobody reads any more.
 * @throws What `step` throws, unless the service could not be reached.
 */
export async function follow(cli: Cli, stopping: AbortSignal, step: () => Promise<boolean>): Promise<void> {
  let isLost = false
  while (await pause(INTERVAL_MS, stopping)) {
    const result = await step().catch(asLost)
    if (result === false || stopping.aborted) return
    if (result === true && isLost) cli.stderr.write('warder: connected again\n')
    else if (result !== true && !isLost) warn(cli, `${result.message}; trying again each second`)
    isLost = result !== true
  }
}

/** A service that restarts is waited for; anything else, such as a token that it no longer knows, ends the command. */
function asLost(fault: unknown): WarderError {
  if (fault instanceof WarderError && fault.code === 'ERR_CLI_UNREACHABLE') return fault
  throw fault
}

/** @returns False if the command was stopped before the pause was over. */
function pause(ms: number, stopping: AbortSignal): Promise<boolean> {
  if (stopping.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const end = (isOver: boolean): void => {
      // A timer would keep the process, and a listener for each second would be a leak.
      clearTimeout(timer)
      stopping.removeEventListener('abort', stop)
      resolve(isOver)
    }
    const stop = (): void => end(false)
    const timer = setTimeout(() => end(true), ms)
    stopping.addEventListener('abort', stop)
  })
}
