/** The paths of the admin listener. */
import { printableJson, printableOutput } from '../printable.ts'
import type { HealthReport } from './health.ts'
import type { IssuerKeysReport } from './keys-report.ts'

/** Handlers by exact path. Both views are computed for each request. */
export function adminRoutes(
  health: () => HealthReport,
  keys: () => readonly IssuerKeysReport[],
): Readonly<Record<string, (request: Request) => Response>> {
  return {
    '/livez': () => text(200, 'alive\n'),
    '/readyz': (request) => {
      const report = health()
      const isVerbose = queryOf(request.url).has('verbose')
      const body = isVerbose ? report.lines.join('\n') : (report.lines.at(-1) ?? '')
      return text(report.isReady ? 200 : 503, `${printableOutput(body)}\n`)
    },
    // The same shape as `warder keys list --json`.
    '/v1/keys': () =>
      new Response(printableJson(JSON.stringify({ schema: 'warder.keys/v1', issuers: keys() })), {
        headers: { 'content-type': 'application/json;charset=utf-8', ...NO_STORE },
      }),
  }
}

/** Not `new URL()`: if the Host header is not a single host, the URL is only the target, and that would throw. */
const queryOf = (url: string): URLSearchParams =>
  new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '')

const NO_STORE = { 'cache-control': 'no-store' }

const text = (status: number, body: string): Response =>
  new Response(body, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...NO_STORE },
  })
