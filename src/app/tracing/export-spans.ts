/** Sends spans to the collector by OTLP over HTTP. */
import type { Fetch } from '../../keys/key-deps.ts'
import { encodeSpans, type SpanOrigin } from '../../observe/tracing/otlp-json.ts'
import type { Delivery, SpanExporterDeps } from '../../observe/tracing/span-exporter.ts'
import type { TracingSettings } from '../../settings/tracing/definition.ts'

export interface SendDeps {
  readonly fetch: Fetch
  readonly origin: SpanOrigin
  /** The clock of spans, in milliseconds. */
  readonly monotonicMs: () => number
  /** Epoch milliseconds. */
  readonly nowMs: () => number
}

/** Statuses after which the same request may be sent again (OTLP, "Failures"). */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])
/** Longest answer that is read: it says how many spans were rejected. */
const MAX_ANSWER_BYTES = 4_096

export const createSendSpans =
  (
    { endpoint, headers, timeoutMs }: TracingSettings,
    { fetch, origin, monotonicMs, nowMs }: SendDeps,
  ): SpanExporterDeps['send'] =>
  async (spans) => {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      // The offset of this moment: clocks that are set meanwhile do not move spans for long.
      const body = encodeSpans(spans, origin, nowMs() - monotonicMs())
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body,
        redirect: 'manual',
        signal,
      })
      return await toDelivery(response)
    } catch (fault) {
      return { kind: 'later', why: signal.aborted ? 'no answer in time' : codeOf(fault), afterMs: undefined }
    }
  }

async function toDelivery(response: Response): Promise<Delivery> {
  const { status, headers } = response
  if (response.ok) return { kind: 'taken', rejected: await readRejected(response) }
  await response.body?.cancel()
  const why = `it answered ${status}`
  if (!RETRYABLE.has(status)) return { kind: 'refused', why }
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return { kind: 'later', why, afterMs: seconds > 0 ? seconds * 1_000 : undefined }
}

/** Spans that the collector has read and does not keep (`partialSuccess`). An unclear answer rejects none. */
async function readRejected(response: Response): Promise<number> {
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  if (!(length <= MAX_ANSWER_BYTES)) {
    await response.body?.cancel()
    return 0
  }
  const [, count = '0'] = /"rejectedSpans"\s*:\s*"?(\d{1,9})/.exec(await response.text()) ?? []
  return Number(count)
}

/** Never the message, which may quote an address with a secret in its query. */
function codeOf(fault: unknown): string {
  const code = fault instanceof Error && 'code' in fault ? fault.code : undefined
  return typeof code === 'string' ? code : 'it cannot be reached'
}
