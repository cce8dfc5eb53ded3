/** How many decisions each route has made, from the metrics. */
import { parseMetrics } from './api/parse-metrics.ts'

export interface RouteCounts {
  readonly allow: number
  readonly deny: number
}

/** By name. Routes beyond the number of series that a metric may have are missing: theirs are counted together. */
export function countByRoute(metrics: string): ReadonlyMap<string, RouteCounts> {
  const counts = new Map<string, RouteCounts>()
  const [family] = parseMetrics(metrics, ['warder_decisions_total'])
  for (const { labels, value } of family?.samples ?? []) {
    const { route = '', outcome } = labels
    const { allow, deny } = counts.get(route) ?? { allow: 0, deny: 0 }
    counts.set(route, outcome === 'allow' ? { allow: allow + value, deny } : { allow, deny: deny + value })
  }
  return counts
}
