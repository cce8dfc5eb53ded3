/** Tracing by one configuration: it is loaded only if there is one. */
import { randomUUID } from 'node:crypto'
import packageJson from '../../../package.json' with { type: 'json' }
import type { ExchangeEvent } from '../../gateway/gateway-event.ts'
import type { DecisionEvent } from '../../observe/decision-log.ts'
import type { Logger } from '../../observe/logger.ts'
import { SpanExporter } from '../../observe/tracing/span-exporter.ts'
import { traceDecision, traceExchange } from '../../observe/tracing/trace-events.ts'
import type { HeaderReader } from '../../request/authz-request.ts'
import type { TracingSettings } from '../../settings/tracing/definition.ts'
import { createRandomIds } from '../../tracing/random-ids.ts'
import type { RequestTrace } from '../../tracing/request-trace.ts'
import { createTracer } from '../../tracing/tracer.ts'
import { monotonicMs, setTimer, systemKeyDeps } from '../system.ts'
import { createSendSpans } from './export-spans.ts'
import { traceKeyFetch, type KeyFetch } from './key-fetches.ts'

export interface OpenTracing {
  decided(event: DecisionEvent): void
  exchanged(event: ExchangeEvent): void
  begin(headers: HeaderReader, isTrustedPeer: boolean): RequestTrace
  keysFetched(fetched: KeyFetch): void
  /** Spans that were lost since it was opened. */
  lost(): number
  /** Sends what waits, for so long at most. */
  stop(patienceMs: number): Promise<void>
}

/** Of this process, also over a reload. */
const instanceId = randomUUID()
const TRACE_ID_BYTES = 16
const SPAN_ID_BYTES = 8

export function openTracing(settings: TracingSettings, logger: Logger): OpenTracing {
  const { fetch, fetchVia, nowMs, random } = systemKeyDeps
  const { caFile, trust, sampleRatio: ratio, tracesPerSecond: perSecond, serviceName } = settings
  const origin = { serviceName, version: packageJson.version, instanceId, pid: process.pid }
  const reach = caFile === undefined ? {} : { caFile }
  const send = createSendSpans(settings, {
    fetch: fetchVia?.(reach, '') ?? fetch,
    origin,
    monotonicMs,
    nowMs,
  })
  const exporter = new SpanExporter({
    send,
    setTimer,
    onLost: ({ lost, why }) =>
      logger.warn(
        { event: 'spans_lost', lost, why },
        'spans were lost: the collector did not take them, or not fast enough',
      ),
  })
  const newId = createRandomIds((bytes) => crypto.getRandomValues(bytes))
  const tracer = createTracer(
    { ratio, perSecond },
    {
      record: (span) => exporter.add(span),
      newTraceId: () => newId(TRACE_ID_BYTES),
      newSpanId: () => newId(SPAN_ID_BYTES),
      nowMs: monotonicMs,
      random,
    },
  )
  return {
    decided: (event) => traceDecision(event, tracer, trust !== 'none', monotonicMs),
    exchanged: (event) => traceExchange(event, monotonicMs),
    begin: (headers, isTrustedPeer) =>
      tracer.begin(headers, trust === 'all' || (trust === 'proxies' && isTrustedPeer)),
    keysFetched: (fetched) => traceKeyFetch(fetched, tracer),
    lost: () => exporter.lost,
    stop: (patienceMs) => exporter.stop(patienceMs),
  }
}
