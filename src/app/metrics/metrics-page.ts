/** What a scrape receives. */
import type { MetricsPage } from '../../admin/metrics-route.ts'
import { chooseFormat } from '../../observe/metrics/choose-format.ts'
import { CONTENT_TYPES, renderMetrics, type ExpositionFormat } from '../../observe/metrics/exposition.ts'
import type { Families } from '../../observe/metrics/registry.ts'
import { finishInSlices } from '../../slices.ts'
import type { ServingInstance } from '../build-instance.ts'
import { createRest } from '../loading/rest.ts'
import { watchConfiguration } from './config-metrics.ts'
import type { ServiceMetrics } from './service-metrics.ts'

/**
 * The metrics of a service of one process. A process without an admin listener has no page; a worker has metrics all the
 * same, without those of the configuration.
 *
 * @param metrics Undefined: there are none.
 * @param current Returns the instance in force.
 */
export function openMetricsPage(
  metrics: ServiceMetrics | undefined,
  current: () => ServingInstance,
): MetricsPage {
  if (metrics === undefined || current().config.settings.listen.admin === null)
    return createMetricsPage(() => new Map())
  watchConfiguration(metrics, current, undefined)
  return createMetricsPage(() => metrics.registry.families())
}

/**
 * Renders in slices, so that decisions come between them. Scrapes at the same time share one text, so no number of them
 * costs more than two.
 *
 * @param collect Returns the metrics of the service.
 * @param sliceMs How long a slice may take. Default: that of a process that decides.
 */
export function createMetricsPage(
  collect: () => Families | Promise<Families>,
  sliceMs?: number,
): MetricsPage {
  const underWay = new Map<ExpositionFormat, Promise<Uint8Array>>()
  const render = async (format: ExpositionFormat): Promise<Uint8Array> => {
    const rest = createRest(sliceMs)
    const families = await collect()
    return finishInSlices(renderMetrics(families, format), rest)
  }
  return async (accept) => {
    const format = chooseFormat(accept)
    let rendering = underWay.get(format)
    if (rendering === undefined) {
      rendering = render(format).finally(() => underWay.delete(format))
      underWay.set(format, rendering)
    }
    return { contentType: CONTENT_TYPES[format], body: await rendering }
  }
}
