/** Answers of the admin API that no test traffic makes in time, such as an hour of history. */
import type { Page } from 'playwright-core'

/** Answers these paths with JSON, by a function of the query, or with text for a stream; the rest comes from the service. */
export async function answerWith(page: Page, answers: Readonly<Record<string, unknown>>): Promise<void> {
  await page.route('**/v1/**', async (route) => {
    const { pathname, searchParams } = new URL(route.request().url())
    const answer = Object.hasOwn(answers, pathname) ? answers[pathname] : undefined
    if (answer === undefined) return route.fallback()
    if (typeof answer === 'function') return route.fulfill({ json: answer(searchParams) })
    if (typeof answer === 'string') return route.fulfill({ contentType: 'text/event-stream', body: answer })
    return route.fulfill({ json: answer })
  })
}

/** An hour of decisions, every five seconds, with an outage of the issuer. */
export function madeHistory(nowMs: number) {
  const points = Array.from({ length: 720 }, (_, index) => {
    const allow = Math.round(400 + 120 * Math.sin(index / 60) + (index % 7) * 6)
    const isOutage = index > 500 && index < 540
    const expired = 12 + (index % 5)
    const missing = index % 40 < 4 ? 60 : 6
    const unavailable = isOutage ? 90 : 0
    const reasons = {
      ok: allow,
      token_expired: expired,
      token_missing: missing,
      ...(unavailable > 0 && { keys_unavailable: unavailable }),
    }
    const deny = expired + missing + unavailable
    return {
      timeMs: nowMs - (720 - index) * 5_000,
      seconds: 5,
      outcomes: { allow, deny },
      reasons,
      latencyMs: { p50: 0.013, p95: 0.05 + (index % 11) * 0.004, p99: isOutage ? 4 : 0.21 },
    }
  })
  const moment = (minutesAgo: number, type: string, detail: string | null) => ({
    timeMs: nowMs - minutesAgo * 60_000,
    type,
    detail,
  })
  const issuers = [
    {
      name: 'main',
      source: 'jwks_url https://idp.example.com/jwks',
      moments: [
        moment(58, 'loaded', null),
        moment(40, 'rotated', '+2026-b'),
        moment(18, 'failed', 'connection refused'),
        moment(16, 'failed', 'connection refused'),
        moment(15, 'recovered', null),
        moment(4, 'rotated', '-2026-a'),
      ],
    },
  ]
  return { schema: 'warder.history/v1', points, issuers }
}

const STEP = { notes: [], setting: null, source: null } as const

export const MADE_STEPS = [
  {
    ...STEP,
    step: 'route',
    result: 'pass',
    facts: 'GET api.example.com/orders/42 → route read',
    setting: 'routes/1',
    source: 'warder.yaml:13:5',
  },
  { ...STEP, step: 'token', result: 'pass', facts: 'from the Authorization header, 812 bytes' },
  { ...STEP, step: 'signature', result: 'pass', facts: 'RS256, key 2026-b' },
  {
    ...STEP,
    step: 'times',
    result: 'fail',
    facts: 'exp 2026-11-29T12:00:00Z, 31 minutes ago; leeway 30 s',
    reason: 'token_expired',
    detail: 'expired 31 minutes ago',
    claim: 'exp',
    expected: 'after 2026-11-29T12:30:30Z',
    found: '2026-11-29T12:00:00Z',
    hint: 'let the client get a new token',
    cause: null,
  },
  { ...STEP, step: 'audience', result: 'pass', facts: 'api://orders' },
  {
    ...STEP,
    step: 'scope',
    result: 'would_fail',
    facts: 'orders:write is not in orders:read',
    reason: 'scope_missing',
    hint: 'ask for the scope',
  },
  { ...STEP, step: 'identity', result: 'not_reached', facts: '' },
] as const

export const madeDecision = (
  nowMs: number,
  index: number,
  changes: Readonly<Record<string, unknown>> = {},
) => ({
  id: `01KBM${String(index).padStart(21, '0')}`,
  timeMs: nowMs - index * 1_700,
  outcome: 'deny',
  reason: ['token_expired', 'token_missing', 'scope_missing'][index % 3],
  status: index % 3 === 2 ? 403 : 401,
  route: 'read',
  policy: 'read',
  issuer: 'main',
  caller: 'nginx',
  client: `192.0.2.${index % 250}`,
  method: 'GET',
  host: 'api.example.com',
  path: `/orders/${index}`,
  detail: 'expired 31 minutes ago',
  cached: false,
  durationMs: 0.042,
  ...changes,
})

export const MADE_SERVER = {
  upstream: 'orders',
  server: 'http://10.0.0.5:8000',
  address: null,
  state: 'healthy',
  processes: 2,
  leftAloneBy: 0,
  isUp: true,
  ejectedForMs: 0,
  active: 3,
  ejections: 0,
}

/** After a reload that was refused, with a worker that was killed. @param text Wherever a text may be. */
export function madeStatus(text: string) {
  const at = new Date(Date.now() - 60_000).toISOString()
  const frame = { lines: [{ number: 4, text }], carets: text }
  const diagnostic = {
    code: 'WARN_CONFIG_HTTP',
    severity: 'warning',
    message: text,
    file: text,
    line: 4,
    column: 5,
    suggestion: text,
    hints: [text],
    docs: text,
    frame,
  }
  return {
    version: '1.0.0',
    runtime: 'bun 1.4.5',
    startedAt: at,
    isReady: false,
    config: { digest: '3f9c1e2', format: 'warder', file: text, loadedAt: at, warnings: [diagnostic] },
    lastReload: { at, result: 'refused', cause: 'watch', errors: [{ ...diagnostic, severity: 'error' }] },
    listeners: [{ kind: 'decisions', address: text }],
    workers: [
      { number: 1, pid: 12, isServing: true, lastEnd: null },
      { number: 2, pid: null, isServing: false, lastEnd: text },
    ],
    issuers: [],
  }
}

/** `GET /v1/routes` of a configuration with so many. */
export const madeRoutes =
  (total: number, changes: Readonly<Record<string, unknown>> = {}) =>
  (query: URLSearchParams) => {
    const offset = Number(query.get('offset') ?? 0)
    const count = Math.max(0, Math.min(Number(query.get('limit') ?? 100), total - offset))
    const routes = Array.from({ length: count }, (_, index) => {
      const order = offset + index
      const path = [`/service-${order}/**`]
      const match = { host: ['api.example.com'], path, method: ['GET', 'HEAD'] }
      return {
        name: `route-${order}`,
        order,
        access: 'policy',
        policy: 'orders-read',
        match,
        upstream: null,
        ...changes,
      }
    })
    return { total, routes }
  }
