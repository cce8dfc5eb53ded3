/** Cases of several requests, of other connections than HTTP, and of a Warder that fails. */
import { openClient, requestText, type RawRequest } from '../raw-client.ts'
import { waitFor } from '../loopback.ts'
import { READER, type SequenceCase } from './conformance-case.ts'
import { askSite, assertHarmless } from './outcome.ts'
import type { RelayState } from './relay.ts'
import type { ConformanceSite } from './site.ts'

const withBearer = (request: RawRequest, token: string): RawRequest => ({
  ...request,
  headers: [...(request.headers ?? []), ['Authorization', `Bearer ${token}`]],
})
const reading = (site: ConformanceSite): RawRequest => withBearer({ target: '/orders/1' }, READER(site))

/** The statuses of requests on one connection, one after the other; `-` where the connection ended. */
async function onOneConnection(site: ConformanceSite, texts: readonly string[]): Promise<string> {
  const client = await openClient(site.port)
  const statuses: string[] = []
  try {
    for (const text of texts) {
      client.send(text)
      const answer = await client.receive().catch(() => undefined)
      statuses.push(answer === undefined ? '-' : String(answer.status))
    }
  } finally {
    client.close()
  }
  return statuses.join(' ')
}

const isOneOf = (got: string, ...good: readonly string[]): string => (good.includes(got) ? 'yes' : got)

/** Runs it, and sees to it that nothing wrong arrived. */
const watched =
  (run: (site: ConformanceSite) => Promise<string>): SequenceCase['run'] =>
  async (site) => {
    const before = site.app.received.length
    const outcome = await run(site)
    for (const received of site.app.received.slice(before)) assertHarmless(received)
    return outcome
  }

const handshake = (upgrade: string, more: RawRequest['headers'] = []): RawRequest => ({
  target: '/orders/live',
  headers: [
    ['Connection', 'Upgrade'],
    ['Upgrade', upgrade],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ...more,
  ],
})

async function whileRelayIs(
  state: RelayState,
  site: ConformanceSite,
  ask: () => Promise<string>,
): Promise<string> {
  await site.relay.turn(state)
  try {
    return await ask()
  } finally {
    await site.relay.turn('up')
  }
}

/** 503 or whatever the proxy makes of it, and nothing arrives. */
async function blocked(site: ConformanceSite): Promise<string> {
  const before = site.app.received.length
  const answer = await askSite(site, reading(site))
  if (site.app.received.length > before)
    throw new Error('wrong allow: the application was asked without a decision')
  return answer?.status === 503
    ? 'yes'
    : answer === undefined
      ? 'closes the connection'
      : String(answer.status)
}

export const SEQUENCE_CASES: readonly SequenceCase[] = [
  {
    title: 'two users on one connection',
    run: watched(async (site) => {
      const bob = requestText(withBearer({ target: '/orders/2' }, site.mint({ sub: 'bob' })))
      const statuses = await onOneConnection(site, [requestText(reading(site)), bob])
      const users = site.app.received.slice(-2).map((received) => received.values('x-auth-subject').join())
      return statuses === '200 200' ? isOneOf(users.join(' '), 'alice bob') : statuses
    }),
  },
  {
    title: 'a body twice on one connection, allowed and denied',
    run: watched(async (site) => {
      const body = 'GET /closed/1 HTTP/1.1\r\nHost: api.example.com\r\n\r\n'
      const post = (token: string): string =>
        requestText(withBearer({ method: 'POST', target: '/orders/1', body }, token))
      const [good, bad] = [site.mint(), site.mint({ scope: 'other' })]
      return isOneOf(
        await onOneConnection(site, [post(good), post(bad), post(good)]),
        '200 403 200',
        '200 403 -',
      )
    }),
  },
  {
    title: 'a chunked body',
    run: watched(async (site) => {
      const text = requestText(
        withBearer(
          { method: 'POST', target: '/orders/1', headers: [['Transfer-Encoding', 'chunked']] },
          READER(site),
        ),
      )
      const status = await onOneConnection(site, [`${text}3\r\na=b\r\n0\r\n\r\n`])
      return status === '200' ? isOneOf(site.app.received.at(-1)?.body ?? '', 'a=b') : status
    }),
  },
  {
    title: '`Expect: 100-continue`',
    run: watched(async (site) => {
      const client = await openClient(site.port)
      const head = requestText(
        withBearer(
          {
            method: 'POST',
            target: '/orders/1',
            headers: [
              ['Expect', '100-continue'],
              ['Content-Length', '3'],
            ],
          },
          READER(site),
        ),
      )
      client.send(head)
      const first = await client.receive().catch(() => undefined)
      client.send('a=b')
      let last = first
      // Both the proxy and the application may ask for the body.
      while (last?.status === 100) last = await client.receive().catch(() => undefined)
      client.close()
      return isOneOf(String(last?.status), '200')
    }),
  },
  {
    title: 'a WebSocket with a token',
    run: watched(async (site) => {
      const client = await openClient(site.port)
      client.send(requestText(withBearer(handshake('websocket'), READER(site))))
      const answer = await client.receive().catch(() => undefined)
      client.close()
      return isOneOf(String(answer?.status), '101')
    }),
  },
  {
    title: 'a WebSocket without a token',
    run: watched(async (site) =>
      isOneOf(String((await askSite(site, handshake('websocket')))?.status), '401'),
    ),
  },
  {
    title: '`Upgrade: h2c`',
    run: watched(async (site) => {
      const answer = await askSite(
        site,
        withBearer(handshake('h2c', [['HTTP2-Settings', 'AAMAAABkAAQAAP__']]), READER(site)),
      )
      return answer?.status === 101 ? 'switches' : 'yes'
    }),
  },
  {
    title: '`Upgrade: websocket, h2c`',
    run: watched(async (site) => {
      const answer = await askSite(site, withBearer(handshake('websocket, h2c'), READER(site)))
      return answer?.status === 101 ? 'switches' : 'yes'
    }),
  },
  {
    title: 'Warder is down',
    run: watched((site) => whileRelayIs('down', site, () => blocked(site))),
  },
  {
    title: 'Warder is down, on a public route',
    run: watched((site) =>
      whileRelayIs('down', site, async () => {
        const answer = await askSite(site, { target: '/public/1' })
        return isOneOf(String(answer?.status), '503')
      }),
    ),
  },
  {
    title: 'Warder does not answer',
    run: watched((site) =>
      whileRelayIs('silent', site, async () => {
        const began = performance.now()
        const outcome = await blocked(site)
        const took = performance.now() - began
        return took > 10_000 ? `after ${Math.round(took / 1000)} s` : outcome
      }),
    ),
  },
  {
    title: 'another program answers 200 at Warder’s address',
    run: watched((site) =>
      whileRelayIs('foreign', site, async () => {
        const before = site.app.received.length
        await askSite(site, { target: '/orders/1' })
        return site.app.received.length > before ? 'passes' : 'yes'
      }),
    ),
  },
  {
    title: 'Warder is back',
    run: watched(async (site) => {
      const began = performance.now()
      await waitFor('an allow after the outage', async () =>
        (await askSite(site, reading(site)))?.status === 200 ? true : undefined,
      )
      const took = performance.now() - began
      return took > 5_000 ? `after ${Math.round(took / 1000)} s` : 'yes'
    }),
  },
]
