/** Spans as the body of an OTLP/HTTP request, in JSON. */
import type { Span, SpanAttributes, SpanKind } from '../../tracing/span.ts'
import { withoutTokens } from '../../without-tokens.ts'
import { redact } from '../redact.ts'

/** Who the spans are of. */
export interface SpanOrigin {
  readonly serviceName: string
  readonly version: string
  /** Different for each process. */
  readonly instanceId: string
  readonly pid: number
}

/** Of opentelemetry.proto.trace.v1.Span.SpanKind. */
const KINDS: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3 }
/** Of Status.StatusCode. */
const STATUS_ERROR = 2
/** The caller is another process (Span.SpanFlags: its first bit says that it is known whether, its second that it is). */
const HAS_REMOTE_PARENT = 0x300
const LOCAL_PARENT = 0x100
const SAMPLED = 1

/**
 * The request: an ExportTraceServiceRequest. Every text of a span is redacted: some are of clients.
 *
 * @param offsetMs From the clock of the spans to that of the world, epoch milliseconds.
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export const encodeSpans = (spans: readonly Span[], origin: SpanOrigin, offsetMs: number): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: {
          attributes: toAttributes({
            'service.name': origin.serviceName,
            'service.version': origin.version,
            'service.instance.id': origin.instanceId,
            'process.pid': origin.pid,
          }),
        },
        scopeSpans: [
          {
            scope: { name: 'warder', version: origin.version },
            spans: spans.map((span) => toOtlp(span, offsetMs)),
          },
        ],
      },
    ],
  })

/** Members that are undefined are left out by JSON. */
const toOtlp = (span: Span, offsetMs: number) => ({
  traceId: span.traceId,
  spanId: span.spanId,
  traceState: span.tracestate === '' ? undefined : withoutTokens(span.tracestate),
  parentSpanId: span.parentId,
  flags: SAMPLED | (span.kind === 'server' ? HAS_REMOTE_PARENT : LOCAL_PARENT),
  name: redact(span.name),
  kind: KINDS[span.kind],
  startTimeUnixNano: toNanos(span.startMs + offsetMs),
  endTimeUnixNano: toNanos(span.endMs + offsetMs),
  attributes: toAttributes(span.attributes),
  status: span.error === undefined ? undefined : { code: STATUS_ERROR, message: redact(span.error) },
})

/** A number of JSON cannot hold so many digits. */
const toNanos = (epochMs: number): string => `${Math.round(epochMs * 1_000)}000`

function toAttributes(attributes: SpanAttributes): unknown[] {
  const list: unknown[] = []
  for (const key of Object.keys(attributes)) {
    const value = attributes[key]
    if (value !== undefined) list.push({ key, value: toValue(value) })
  }
  return list
}

function toValue(value: string | number | boolean): unknown {
  if (typeof value === 'string') return { stringValue: redact(value) }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
