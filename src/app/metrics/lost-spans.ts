/** The metric of spans that this process could not send. */
import type { Tracing } from '../tracing/tracing.ts'
import type { ServiceMetrics } from './service-metrics.ts'

/** Reads it at each scrape; every process sends its spans itself. */
export const watchLostSpans = ({ registry }: ServiceMetrics, { lost }: Pick<Tracing, 'lost'>): void =>
  registry.readAtScrape((write) => write('warder_spans_lost_total', [], lost()))
