/** Ended spans on their way to the collector: in batches, one at a time, and never waited for. */
import type { Span } from '../../tracing/span.ts'

/** How the collector received a batch. */
export type Delivery =
  /** It keeps all of them, but for so many. */
  | { readonly kind: 'taken'; readonly rejected: number }
  | LaterDelivery
  /** It does not want them. */
  | { readonly kind: 'refused'; readonly why: string }

/** They may be sent again: after so many milliseconds, if it asks for that. */
export interface LaterDelivery {
  readonly kind: 'later'
  readonly why: string
  readonly afterMs: number | undefined
}

/** What became of spans that the collector does not have. */
export interface LostSpans {
  readonly lost: number
  /** Why the last request failed; undefined: there were more spans than it took. */
  readonly why: string | undefined
}

export interface SpanExporterDeps {
  /** Sends a batch. It ends within the time limit of a request, and never rejects. */
  readonly send: (spans: readonly Span[]) => Promise<Delivery>
  /** Calls once, without keeping the process alive. @returns Cancels it. */
  readonly setTimer: (fn: () => void, ms: number) => () => void
  /** Called once a minute at most, if spans were lost. */
  readonly onLost: (lost: LostSpans) => void
}

/** Most spans that wait, of perhaps 1 KiB each. */
const MAX_WAITING = 2_048
/** Most spans in a request: writing them takes less than 5 ms. */
const MAX_BATCH = 256
/** How long a span waits for others, in milliseconds. */
const BATCH_MS = 1_000
/** Wait after a failed request, in milliseconds; it doubles. */
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 30_000
const REPORT_MS = 60_000

export class SpanExporter {
  readonly #deps: SpanExporterDeps
  #waiting: Span[] = []
  #sending: Promise<void> | undefined
  #cancelTimer: (() => void) | undefined
  /** Requests in a row that failed. */
  #failures = 0
  #isStopped = false
  #isOver = false
  #lost = 0
  #reported = 0
  #isReportDue = false
  #why: string | undefined

  constructor(deps: SpanExporterDeps) {
    this.#deps = deps
  }

  /** Spans that were lost since the start. */
  get lost(): number {
    return this.#lost
  }

  /** Takes an ended span; if too many wait, it is lost. */
  add(span: Span): void {
    const waiting = this.#waiting
    if (this.#isStopped || waiting.length >= MAX_WAITING) return this.#lose(1)
    waiting.push(span)
    if (this.#sending !== undefined) return
    if (waiting.length === 1) this.#schedule(BATCH_MS)
    else if (waiting.length === MAX_BATCH && this.#failures === 0) this.#schedule(0)
  }

  /** Sends what waits, for so long at most; the rest is lost. */
  async stop(patienceMs: number): Promise<void> {
    this.#isStopped = true
    this.#unschedule()
    const over = Promise.withResolvers<void>()
    const cancel = this.#deps.setTimer(over.resolve, patienceMs)
    await Promise.race([this.#drain(), over.promise])
    cancel()
    this.#isOver = true
    this.#lose(this.#waiting.length)
    this.#waiting = []
    this.#report()
  }

  async #drain(): Promise<void> {
    await this.#sending
    while (this.#waiting.length > 0 && !this.#isOver) await this.#send()
  }

  #schedule(ms: number): void {
    this.#unschedule()
    this.#cancelTimer = this.#deps.setTimer(() => {
      this.#cancelTimer = undefined
      this.#sending = this.#send()
    }, ms)
  }

  #unschedule(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  async #send(): Promise<void> {
    const batch = this.#waiting.slice(0, MAX_BATCH)
    this.#waiting = this.#waiting.slice(MAX_BATCH)
    const delivery = await this.#deps.send(batch)
    this.#sending = undefined
    if (delivery.kind === 'later' && !this.#isStopped) return this.#retry(batch, delivery)
    if (delivery.kind === 'taken') {
      this.#failures = 0
      this.#why = delivery.rejected > 0 ? 'it rejected some' : undefined
      this.#lose(delivery.rejected)
    } else {
      this.#why = delivery.why
      this.#lose(batch.length)
    }
    const { length } = this.#waiting
    if (length > 0 && !this.#isStopped) this.#schedule(length >= MAX_BATCH ? 0 : BATCH_MS)
  }

  /** Waits twice as long each time; what does not fit meanwhile is lost. */
  #retry(batch: readonly Span[], { why, afterMs = 0 }: LaterDelivery): void {
    this.#why = why
    const all = [...batch, ...this.#waiting]
    this.#waiting = all.slice(-MAX_WAITING)
    this.#lose(all.length - this.#waiting.length)
    const backoffMs = FIRST_RETRY_MS * 2 ** this.#failures
    this.#failures += 1
    this.#schedule(Math.min(Math.max(afterMs, backoffMs), LAST_RETRY_MS))
  }

  #lose(count: number): void {
    this.#lost += count
    if (count === 0 || this.#isReportDue) return
    this.#isReportDue = true
    this.#deps.setTimer(() => this.#report(), REPORT_MS)
  }

  #report(): void {
    const lost = this.#lost - this.#reported
    this.#isReportDue = false
    this.#reported = this.#lost
    if (lost > 0) this.#deps.onLost({ lost, why: this.#why })
  }
}
