/** Series of routes, policies and issuers that a reload has removed: they go, some time later. */
import type { IsConfigured } from '../../observe/metrics/configured-names.ts'
import { finishInSlices, type Sliced } from '../../slices.ts'
import type { ServingInstance } from '../build-instance.ts'
import { createRest } from '../loading/rest.ts'
import { setTimer } from '../system.ts'
import { configuredNames } from './configured-names.ts'

/** How long they go on, in milliseconds, so that several scrapes see their last values. */
const KEPT_MS = 5 * 60_000

/**
 * @param current Returns the instance in force.
 * @param retain Drops what is not configured.
 * @param keptMs Default: five minutes.
 * @returns To be called after each reload.
 */
export function createDropping(
  current: () => ServingInstance,
  retain: (isConfigured: IsConfigured) => Sliced<undefined>,
  keptMs: number = KEPT_MS,
): () => void {
  let isWaiting = false
  const drop = async (): Promise<void> => {
    // Reloads from now on are for the next time.
    isWaiting = false
    const rest = createRest()
    const names = await finishInSlices(configuredNames(current().config.settings), rest)
    await finishInSlices(retain(names), rest)
  }
  return () => {
    if (isWaiting) return
    isWaiting = true
    setTimer(() => void drop(), keptMs)
  }
}
