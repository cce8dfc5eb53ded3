import { afterEach, describe, expect, it } from 'bun:test'
import { forwardAuthConfig } from '../../support/forward-auth.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { ask, openClient, requestText, type RawRequest } from '../../support/live/raw-client.ts'
import { mint } from '../../support/mint.ts'
import {
  gatewayConfig,
  runGateway,
  startRawUpstream,
  type RunningGateway,
} from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const HOUR = 'requests: 2, per: 1h'
const PUBLIC: RawRequest = { target: '/public/x' }
const ORDERS: RawRequest = { target: '/orders/x' }
const as = (sub: string): RawRequest => ({
  ...ORDERS,
  headers: [['Authorization', `Bearer ${mint({ sub, scope: 'orders:read' })}`]],
})
const withHeader = (name: string, value: string): RawRequest => ({ ...PUBLIC, headers: [[name, value]] })

async function statusesOf(port: number, requests: readonly RawRequest[]): Promise<readonly number[]> {
  const statuses: number[] = []
  for (const request of requests) statuses.push((await ask(port, request)).status)
  return statuses
}

/** @param on Where the limit is: a route, the upstream or the listener. */
async function runLimited(
  on: 'public' | 'orders' | 'upstream' | 'listener',
  limit: string,
): Promise<{ readonly gateway: RunningGateway; readonly asked: () => number }> {
  const app = await startRawUpstream(cleanup)
  const text = {
    ...(on === 'upstream' ? { upstream: `rate_limit: ${limit}` } : {}),
    ...(on === 'listener' ? { listen: `rate_limit: ${limit}` } : {}),
  }
  const config = gatewayConfig([app.url], text)
    .replace(
      /(name: public.*)upstream: app/,
      `$1upstream: app${on === 'public' ? `, rate_limit: ${limit}` : ''}`,
    )
    .replace(
      /(name: orders.*)upstream: app/,
      `$1upstream: app${on === 'orders' ? `, rate_limit: ${limit}` : ''}`,
    )
  return { gateway: await runGateway(config, cleanup), asked: () => app.received.length }
}

describe('a rate limit', () => {
  type Row = readonly [
    what: string,
    on: 'public' | 'orders' | 'upstream' | 'listener',
    limit: string,
    requests: readonly RawRequest[],
    statuses: readonly number[],
  ]
  const BY_SUBJECT = `{ ${HOUR}, by: { identity: X-Auth-Subject } }`
  const BY_KEY = `{ ${HOUR}, by: { header: X-Api-Key } }`
  const TABLE: readonly Row[] = [
    [
      'of an upstream counts all of its routes',
      'upstream',
      `{ ${HOUR} }`,
      [PUBLIC, ORDERS, PUBLIC],
      [200, 401, 429],
    ],
    [
      'of a route counts that route alone',
      'public',
      `{ ${HOUR} }`,
      [PUBLIC, ORDERS, ORDERS, PUBLIC, PUBLIC],
      [200, 401, 401, 200, 429],
    ],
    [
      'counts what is denied',
      'orders',
      `{ ${HOUR} }`,
      [ORDERS, ORDERS, ORDERS, as('a')],
      [401, 401, 429, 429],
    ],
    [
      'of a listener counts what no route matches, or has no one reading',
      'listener',
      `{ ${HOUR} }`,
      [{ target: '/nowhere' }, { target: '/a//b' }, { target: '/nowhere' }, PUBLIC],
      [403, 403, 429, 429],
    ],
    [
      'is not escaped by a client that names another address',
      'public',
      `{ ${HOUR} }`,
      ['1.1.1.1', '2.2.2.2', '3.3.3.3'].map((from) => withHeader('X-Forwarded-For', from)),
      [200, 200, 429],
    ],
    [
      'by identity counts each for himself',
      'orders',
      BY_SUBJECT,
      [as('alice'), as('alice'), as('bob'), as('alice'), as('bob'), as('bob')],
      [200, 200, 200, 429, 200, 429],
    ],
    [
      'by identity counts a client without one by address, whatever header it sends',
      'orders',
      BY_SUBJECT,
      ['a', 'b', 'c'].map((sub) => ({ ...ORDERS, headers: [['X-Auth-Subject', sub]] })),
      [401, 401, 429],
    ],
    [
      'by identity does not limit a client that has one while others are denied',
      'orders',
      BY_SUBJECT,
      [ORDERS, ORDERS, ORDERS, as('alice')],
      [401, 401, 429, 200],
    ],
    [
      'by identity counts visitors of a route that takes them by address, whatever header they send',
      'orders',
      `${BY_SUBJECT}, allow_anonymous: true`,
      [
        ...['a', 'b', 'c'].map((sub) => ({ ...ORDERS, headers: [['X-Auth-Subject', sub]] as const })),
        as('a'),
      ],
      [200, 200, 429, 200],
    ],
    [
      'by header counts each value for itself',
      'public',
      BY_KEY,
      [...['a', 'A', 'a', 'a'].map((key) => withHeader('x-api-KEY', key)), PUBLIC],
      [200, 200, 200, 429, 200],
    ],
    [
      'by header is not escaped by another spelling of its name',
      'public',
      BY_KEY,
      ['X_Api_Key', 'X.Api.Key', 'X-Api_Key'].map((name) => withHeader(name, 'a')),
      [200, 200, 429],
    ],
    [
      'by cookie counts each value for itself',
      'public',
      `{ ${HOUR}, by: { cookie: session } }`,
      ['session=a; x=1', 'x=2; session=a', 'session=a', 'session=b'].map((value) =>
        withHeader('Cookie', value),
      ),
      [200, 200, 429, 200],
    ],
    [
      'in a list holds beside the others',
      'public',
      `[{ ${HOUR}, by: { header: X-Api-Key } }, { requests: 3, per: 1h }]`,
      ['a', 'b', 'c', 'd'].map((key) => withHeader('X-Api-Key', key)),
      [200, 200, 200, 429],
    ],
  ]
  for (const [what, on, limit, requests, statuses] of TABLE) {
    it(what, async () => {
      const { gateway, asked } = await runLimited(on, limit)
      expect(await statusesOf(gateway.port, requests)).toEqual(statuses)
      expect(asked()).toBe(statuses.filter((status) => status === 200).length)
    })
  }

  it('answers when to retry, and logs which limit it was', async () => {
    const { gateway } = await runLimited('public', `[{ requests: 1, per: 1s }, { requests: 1, per: 24h }]`)
    await ask(gateway.port, PUBLIC)
    const answer = await ask(gateway.port, PUBLIC)
    expect([answer.status, JSON.parse(answer.body).status]).toEqual([429, 429])
    // The longest of both.
    expect(Number(answer.values('retry-after')[0])).toBeGreaterThan(60)
    expect(gateway.lines.at(-1)).toMatchObject({
      fault: 'rate_limited',
      detail: 'route public: 1 in 86400s by address',
      id: answer.values('x-decision-id')[0],
    })
  })

  it('is asked before the auth service is', async () => {
    const app = await startRawUpstream(cleanup)
    const auth = await startRawUpstream(cleanup)
    const config = forwardAuthConfig(auth.url, app.url, '')
    const gateway = await runGateway(
      config.replace('upstream: app }\nupstreams', `upstream: app, rate_limit: { ${HOUR} } }\nupstreams`),
      cleanup,
    )
    expect(await statusesOf(gateway.port, [{}, {}, {}, {}])).toEqual([200, 200, 429, 429])
    expect(auth.received.length).toBe(2)
  })

  it('by identity counts the identity that an auth service gives', async () => {
    const app = await startRawUpstream(cleanup)
    const auth = await startRawUpstream(cleanup, (request, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nUser: ${request.values('cookie')[0]}\r\nContent-Length: 0\r\n\r\n`)
    })
    const limit = `rate_limit: { ${HOUR}, by: { identity: X-User } }`
    const config = forwardAuthConfig(auth.url, app.url, 'headers: { user: X-User }')
    const gateway = await runGateway(
      config.replace('upstream: app }\nupstreams', `upstream: app, ${limit} }\nupstreams`),
      cleanup,
    )
    const requests = ['a', 'a', 'a', 'b'].map((cookie) => ({ headers: [['Cookie', cookie]] as const }))
    expect(await statusesOf(gateway.port, requests)).toEqual([200, 200, 429, 200])
    expect(auth.received.length).toBe(4)
  })

  it('keeps the connection of a client that it refuses', async () => {
    const { gateway } = await runLimited('public', '{ requests: 1, per: 1h }')
    const client = await openClient(gateway.port)
    const statuses: number[] = []
    for (const body of ['', 'abc', '']) {
      client.send(requestText({ ...PUBLIC, method: 'POST', body }))
      statuses.push((await client.receive()).status)
    }
    expect(statuses).toEqual([200, 429, 429])
    client.close()
  })
})
