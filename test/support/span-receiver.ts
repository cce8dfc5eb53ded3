/** A receiver of spans by OTLP over HTTP, for tests: it keeps what it is sent. */
import type { Cleanup } from './live/cleanup.ts'

export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly traceState?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status?: { readonly code: number; readonly message: string }
  /** By name; numbers of OTLP are texts. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** `service.instance.id`. */
  readonly instance: string
}

export interface SpanReceiver {
  readonly url: string
  /** In the order in which they arrived. */
  readonly spans: readonly ReceivedSpan[]
  /** Headers of the requests. */
  readonly headers: readonly Headers[]
  /** Bodies of the requests. */
  readonly bodies: readonly string[]
  /** The spans, when there are so many. */
  whole(count: number): Promise<readonly ReceivedSpan[]>
}

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface WrittenSpan extends Omit<ReceivedSpan, 'attributes' | 'instance'> {
  readonly attributes: readonly Attribute[]
}

interface Written {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly WrittenSpan[] }[]
  }[]
}

const byName = (attributes: readonly Attribute[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

const WAIT_MS = 15_000
const POLL_MS = 10

/** @param answer What it answers. Default: that it keeps all of them. */
export function startSpanReceiver(
  cleanup: Cleanup,
  answer: () => Response | Promise<Response> = () => Response.json({}),
): SpanReceiver {
  const spans: ReceivedSpan[] = []
  const headers: Headers[] = []
  const bodies: string[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const body = await request.text()
      headers.push(request.headers)
      bodies.push(body)
      for (const { resource, scopeSpans } of (JSON.parse(body) as Written).resourceSpans)
        for (const { spans: written } of scopeSpans)
          for (const span of written)
            spans.push({
              ...span,
              attributes: byName(span.attributes),
              instance: String(byName(resource.attributes)['service.instance.id']),
            })
      return answer()
    },
  })
  cleanup.add(() => server.stop(true))
  return {
    url: `http://127.0.0.1:${server.port}`,
    spans,
    headers,
    bodies,
    async whole(count) {
      const endMs = performance.now() + WAIT_MS
      while (spans.length < count) {
        if (performance.now() > endMs) throw new Error(`${spans.length} spans of ${count} have arrived`)
        await Bun.sleep(POLL_MS)
      }
      return spans
    },
  }
}
