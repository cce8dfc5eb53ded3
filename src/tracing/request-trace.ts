/** The part of a trace that belongs to one request: its own span, and those below it. */
import type { RecordSpan, SpanAttributes, SpanKind } from './span.ts'
import { formatTraceparent } from './traceparent.ts'

/** Replaced in the requests that Warder sends, where it traces. */
export const TRACE_FIELDS: ReadonlySet<string> = new Set(['traceparent', 'tracestate'])

/** A header field of the next request. */
interface TraceField {
  readonly name: string
  readonly value: string
}

export interface TracePlace {
  readonly traceId: string
  /** The span of who asked; undefined: the trace begins here. */
  readonly parentId: string | undefined
  readonly flags: number
  /** Empty: none. */
  readonly tracestate: string
  /** Whether spans are recorded. Otherwise the place of the caller is passed on, as if Warder were not there. */
  readonly isRecorded: boolean
}

export interface TraceDeps {
  readonly record: RecordSpan
  /** A new id of a span. */
  readonly newSpanId: () => string
  /** A clock that never goes back, in milliseconds. */
  readonly nowMs: () => number
}

/** A span that has not ended. */
export interface OpenSpan {
  readonly spanId: string
  /** Ends and records it; from the second time on, nothing happens. */
  end(attributes: SpanAttributes, error?: string): void
}

/** When something happened, by the clock of {@link TraceDeps}. */
export interface SpanTimes {
  readonly startMs: number
  readonly endMs: number
}

export class RequestTrace {
  readonly traceId: string
  readonly isRecorded: boolean
  /** Of the request itself. */
  readonly spanId: string
  readonly #place: TracePlace
  readonly #deps: TraceDeps
  #decideId: string | undefined

  constructor(place: TracePlace, deps: TraceDeps) {
    this.#place = place
    this.#deps = deps
    this.traceId = place.traceId
    this.isRecorded = place.isRecorded
    this.spanId = place.isRecorded || place.parentId === undefined ? deps.newSpanId() : place.parentId
  }

  /** Of the decision on the request, below its own span. */
  get decideId(): string {
    return (this.#decideId ??= this.#deps.newSpanId())
  }

  /** `traceparent`, and `tracestate` if there is one, of a request that is sent under a span. */
  fieldsUnder(span: OpenSpan | undefined): readonly TraceField[] {
    const { traceId, flags, tracestate } = this.#place
    const parentId = span?.spanId ?? this.spanId
    const traceparent = { name: 'traceparent', value: formatTraceparent({ traceId, parentId, flags }) }
    return tracestate === '' ? [traceparent] : [traceparent, { name: 'tracestate', value: tracestate }]
  }

  /** Begins a span. Undefined if none are recorded. */
  open(name: string, kind: SpanKind, parentId = this.spanId): OpenSpan | undefined {
    if (!this.isRecorded) return undefined
    const { newSpanId, nowMs } = this.#deps
    const spanId = newSpanId()
    const startMs = nowMs()
    let isOpen = true
    return {
      spanId,
      end: (attributes, error) => {
        if (isOpen) this.#record(spanId, parentId, name, kind, { startMs, endMs: nowMs() }, attributes, error)
        isOpen = false
      },
    }
  }

  /** Records the request's own span. */
  recordOwn(
    name: string,
    kind: SpanKind,
    times: SpanTimes,
    attributes: SpanAttributes,
    error?: string,
  ): void {
    this.#record(this.spanId, this.#place.parentId, name, kind, times, attributes, error)
  }

  /** Records the decision below the request's own span. */
  recordDecide(name: string, times: SpanTimes, attributes: SpanAttributes, error?: string): void {
    this.#record(this.decideId, this.spanId, name, 'internal', times, attributes, error)
  }

  #record(
    spanId: string,
    parentId: string | undefined,
    name: string,
    kind: SpanKind,
    { startMs, endMs }: SpanTimes,
    attributes: SpanAttributes,
    error: string | undefined,
  ): void {
    const { traceId, isRecorded, tracestate } = this.#place
    if (!isRecorded) return
    this.#deps.record({
      traceId,
      spanId,
      parentId,
      tracestate,
      name,
      kind,
      startMs,
      endMs,
      attributes,
      error,
    })
  }
}
