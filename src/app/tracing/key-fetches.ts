/** Fetches of keys, each as the only span of its trace: many decisions may wait for one, or none. */
import type { Fetch } from '../../keys/key-deps.ts'
import type { Tracer } from '../../tracing/tracer.ts'

export interface KeyFetch {
  readonly url: string
  /** By the clock of spans, in milliseconds. */
  readonly startMs: number
  /** When the head of the answer was there. */
  readonly endMs: number
  /** Undefined if there was no answer. */
  readonly status: number | undefined
}

/** The same fetch, which reports each of its requests. */
export const reportingFetch =
  (fetch: Fetch, monotonicMs: () => number, report: (fetched: KeyFetch) => void): Fetch =>
  async (url, init) => {
    const startMs = monotonicMs()
    const ended = (status: number | undefined): void => report({ url, startMs, endMs: monotonicMs(), status })
    try {
      const response = await fetch(url, init)
      ended(response.status)
      return response
    } catch (fault) {
      ended(undefined)
      throw fault
    }
  }

const FIRST_FAILURE = 400

/** The issuer is not told of the trace: it is another party. */
export function traceKeyFetch({ url, startMs, endMs, status }: KeyFetch, tracer: Tracer): void {
  const { origin, pathname, hostname, port, protocol } = new URL(url)
  const hasFailed = status === undefined || status >= FIRST_FAILURE
  const error = hasFailed ? (status === undefined ? 'no_answer' : String(status)) : undefined
  tracer.beginOwn()?.recordOwn(
    'warder.keys.fetch',
    'client',
    { startMs, endMs },
    {
      'http.request.method': 'GET',
      // Not the query, which may hold a token.
      'url.full': `${origin}${pathname}`,
      'server.address': hostname,
      'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
      'http.response.status_code': status,
      'error.type': error,
    },
    error,
  )
}
