/** Decides which requests are traced, and where in which trace they are. */
import type { HeaderReader } from '../request/authz-request.ts'
import { createAllowance } from './allowance.ts'
import { RequestTrace, type TraceDeps } from './request-trace.ts'
import { parseTraceparent, SAMPLED, type Traceparent } from './traceparent.ts'
import { readTracestate } from './tracestate.ts'

export interface TracerOptions {
  /** Share of the traces that begin here, 0 to 1. */
  readonly ratio: number
  /** Most requests in a second that are recorded because their caller says so, and as many of those that begin here. */
  readonly perSecond: number
}

export interface TracerDeps extends TraceDeps {
  /** A new id of a trace. */
  readonly newTraceId: () => string
  /** Uniform in [0, 1). */
  readonly random: () => number
}

export interface Tracer {
  /**
   * The place of a request whose trace goes on in other requests.
   *
   * @param isTrusted Whether the trace of its fields is continued; otherwise another one begins.
   */
  begin(headers: HeaderReader, isTrusted: boolean): RequestTrace
  /** The place of a request behind which there is none; undefined if it has none, and is not recorded. */
  beginLast(headers: HeaderReader, isTrusted: boolean): RequestTrace | undefined
  /** The place of something that Warder does by itself; undefined if it is not recorded. */
  beginOwn(): RequestTrace | undefined
}

/**
 * A request that continues a trace is recorded if its caller is sampled; one that begins a trace, by the ratio. Both have
 * a limit of their own: a client that has every request sampled takes nothing from the others.
 */
export function createTracer({ ratio, perSecond }: TracerOptions, deps: TracerDeps): Tracer {
  const mayContinue = createAllowance(perSecond, deps.nowMs)
  const mayBegin = createAllowance(perSecond, deps.nowMs)
  const isChosen = (): boolean => (ratio === 1 || deps.random() < ratio) && mayBegin()
  const continued = (parent: Traceparent, headers: HeaderReader): RequestTrace => {
    const isRecorded = (parent.flags & SAMPLED) !== 0 && mayContinue()
    return new RequestTrace(
      { ...parent, tracestate: readTracestate(headers.get('tracestate')), isRecorded },
      deps,
    )
  }
  const begun = (isRecorded: boolean): RequestTrace =>
    new RequestTrace(
      {
        traceId: deps.newTraceId(),
        parentId: undefined,
        flags: isRecorded ? SAMPLED : 0,
        tracestate: '',
        isRecorded,
      },
      deps,
    )
  const parentOf = (headers: HeaderReader, isTrusted: boolean): Traceparent | undefined =>
    isTrusted ? parseTraceparent(headers.get('traceparent')) : undefined
  return {
    begin(headers, isTrusted) {
      const parent = parentOf(headers, isTrusted)
      return parent === undefined ? begun(isChosen()) : continued(parent, headers)
    },
    beginLast(headers, isTrusted) {
      const parent = parentOf(headers, isTrusted)
      if (parent !== undefined) return continued(parent, headers)
      return isChosen() ? begun(true) : undefined
    },
    beginOwn: () => (mayBegin() ? begun(true) : undefined),
  }
}
