/** The metrics of this process for another one of the service. */
import type { MetricsAsked } from '../../admin/metrics-asked.ts'
import { writeSnapshot } from '../../observe/metrics/snapshot.ts'
import { finishInSlices } from '../../slices.ts'
import { createRest } from '../loading/rest.ts'
import type { ServiceMetrics } from './service-metrics.ts'

const { pid } = process
const STARTED_MS = Date.now()

/** @param metrics Undefined: there are none. @param asked What the other process knows. */
export function snapshotMetrics(metrics: ServiceMetrics | undefined, asked: MetricsAsked): Promise<string> {
  const rest = createRest()
  const families = metrics?.registry.families() ?? new Map()
  return finishInSlices(writeSnapshot({ pid, startedMs: STARTED_MS, families }, asked), rest)
}
