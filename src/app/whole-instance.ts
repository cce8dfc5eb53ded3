/** The instance of a process that has an admin listener. A file of its own: a worker loads nothing of the configuration. */
import type { Instance, ServingInstance } from './build-instance.ts'

/** @throws TypeError if it is that of a worker, which has no admin listener. */
export function wholeInstance(instance: ServingInstance): Instance {
  if (isWhole(instance)) return instance
  throw new TypeError('the instance of a worker')
}

const isWhole = (instance: ServingInstance): instance is Instance => 'warnings' in instance
