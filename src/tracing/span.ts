/** A span: something that took a while, as one piece of a trace. */

export type SpanKind = 'internal' | 'server' | 'client'

/** Undefined values are left out. Texts may be of clients: they are redacted when they are written. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>

export interface Span {
  readonly traceId: string
  readonly spanId: string
  /** Undefined: the first of its trace. */
  readonly parentId: string | undefined
  /** Empty: none. */
  readonly tracestate: string
  /** From few: a method, a name of the configuration. */
  readonly name: string
  readonly kind: SpanKind
  /** By a clock that never goes back, in milliseconds. */
  readonly startMs: number
  readonly endMs: number
  readonly attributes: SpanAttributes
  /** Why it failed; undefined: it did not, or that is not for Warder to say. */
  readonly error: string | undefined
}

/** Takes a span that has ended. Never throws, never waits. */
export type RecordSpan = (span: Span) => void
