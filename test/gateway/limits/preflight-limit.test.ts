import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { ask, type RawRequest } from '../../support/live/raw-client.ts'
import { mint } from '../../support/mint.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const ORIGIN = ['Origin', 'https://app.example'] as const
const preflight = (method: string, more: readonly (readonly [string, string])[] = []): RawRequest => ({
  method: 'OPTIONS',
  target: '/orders/x',
  headers: [ORIGIN, ['Access-Control-Request-Method', method], ...more],
})
const withoutOrigin = (method: string): RawRequest => ({
  method: 'OPTIONS',
  target: '/orders/x',
  headers: [['Access-Control-Request-Method', method]],
})
const request = (method: string): RawRequest => ({
  method,
  target: '/orders/x',
  headers: [ORIGIN, ['Authorization', `Bearer ${mint({ scope: 'orders:read' })}`]],
})
const CORS = 'cors: { origins: ["https://app.example"], methods: [GET, DELETE] }'

/** @param limit Of the route for DELETE; the one for everything else has none. */
async function statusesOf(
  limit: string,
  requests: readonly RawRequest[],
  cors = CORS,
): Promise<readonly number[]> {
  const app = await startRawUpstream(cleanup)
  const route = (name: string, match: string, more: string): string =>
    `  - { name: ${name}, match: { path: /orders/**${match} }, policy: read, upstream: app, ${[cors, more].filter((part) => part !== '').join(', ')} }\n`
  const config = gatewayConfig([app.url]).replace(
    /^ {2}- \{ name: orders.*\n/m,
    route('remove', ', method: DELETE', `rate_limit: ${limit}`) +
      route('rest', '', cors === '' ? 'rate_limit: { requests: 100, per: 1h }' : ''),
  )
  const gateway = await runGateway(config, cleanup)
  const statuses: number[] = []
  for (const one of requests) statuses.push((await ask(gateway.port, one)).status)
  return statuses
}

describe('a preflight and a rate limit', () => {
  const TWO = 'requests: 2, per: 1h'
  type Row = readonly [
    what: string,
    limit: string,
    requests: readonly RawRequest[],
    statuses: readonly number[],
    cors?: string,
  ]
  const rows: readonly Row[] = [
    [
      'by address: it counts on the route of the method that it asks about',
      `{ ${TWO} }`,
      [preflight('DELETE'), request('DELETE'), request('DELETE'), preflight('DELETE')],
      [204, 200, 429, 429],
    ],
    [
      'by address: it does not count on another route',
      `{ ${TWO} }`,
      [
        preflight('GET'),
        preflight('GET'),
        preflight('GET'),
        request('DELETE'),
        request('DELETE'),
        request('GET'),
      ],
      [204, 204, 204, 200, 200, 200],
    ],
    [
      'by identity: it never counts, and is never limited',
      `{ ${TWO}, by: { identity: X-Auth-Subject } }`,
      [
        preflight('DELETE'),
        preflight('DELETE'),
        preflight('DELETE'),
        request('DELETE'),
        request('DELETE'),
        request('DELETE'),
        preflight('DELETE'),
      ],
      [204, 204, 204, 200, 200, 429, 204],
    ],
    [
      'by a header: it counts by address',
      `{ ${TWO}, by: { header: X-Api-Key } }`,
      [preflight('DELETE'), preflight('DELETE'), preflight('DELETE')],
      [204, 204, 429],
    ],
    [
      'without an `Origin`: it is a request like any other, with its own method',
      `{ ${TWO} }`,
      [withoutOrigin('DELETE'), withoutOrigin('DELETE'), withoutOrigin('DELETE'), request('DELETE')],
      [401, 401, 401, 200],
    ],
    [
      'without `cors`: it is a request like any other, with its own method',
      `{ ${TWO} }`,
      [preflight('DELETE'), preflight('DELETE'), preflight('DELETE'), request('DELETE'), request('DELETE')],
      [401, 401, 401, 200, 200],
      '',
    ],
  ]
  for (const [what, limit, requests, statuses, cors] of rows) {
    it(what, async () => expect(await statusesOf(limit, requests, cors)).toEqual(statuses))
  }

  it('names the origin in the refusal, so that a page can read it', async () => {
    const app = await startRawUpstream(cleanup)
    const config = gatewayConfig([app.url]).replace(
      /path: \/orders\/\*\*(.*)upstream: app/,
      `path: /orders/**, method: GET$1upstream: app, ${CORS}, rate_limit: { requests: 1, per: 1h }`,
    )
    const gateway = await runGateway(config, cleanup)
    await ask(gateway.port, preflight('GET'))
    const refused = await ask(gateway.port, preflight('GET'))
    expect(refused.status).toBe(429)
    expect(refused.values('X-Decision-Reason')).toEqual(['rate_limited'])
    expect(refused.values('Access-Control-Allow-Origin')).toEqual(['https://app.example'])
  })
})
