import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { valuesOf } from '../support/live/http-message.ts'
import { ask, type RawResponse } from '../support/live/raw-client.ts'
import { mint } from '../support/mint.ts'
import {
  OK,
  runGateway,
  startRawUpstream,
  type RawUpstream,
  type RunningGateway,
} from '../support/run-gateway.ts'
import { AUDIENCE, ISSUER, SECRET } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const APP = 'https://app.example.com'
type Header = readonly [string, string]

const config = (server: string, cors: string): string => `version: 1
issuers:
  - { name: main, issuer: ${ISSUER}, audience: ${AUDIENCE}, keys: { secret: "${SECRET}" } }
policies: { any: {} }
routes:
  - { name: api, match: { path: /api/**, method: [GET, PUT] }, policy: any, upstream: app, cors: ${cors} }
  - { name: silent, match: { path: /silent/** }, access: public, upstream: app }
upstreams: { app: { servers: ["${server}"] } }
listen: { decisions: 127.0.0.1:0, admin: off, gateway: { address: "127.0.0.1:0", access_log: true } }
drain: 0s
`

interface Site {
  readonly app: RawUpstream
  readonly gateway: RunningGateway
  ask(method: string, target: string, ...headers: readonly Header[]): Promise<RawResponse>
}

async function site(cors: string, answer: string = OK): Promise<Site> {
  const app = await startRawUpstream(cleanup, (_, socket) => void socket.write(answer))
  const gateway = await runGateway(config(app.url, cors), cleanup)
  return {
    app,
    gateway,
    ask: (method, target, ...headers) => ask(gateway.port, { method, target, headers }),
  }
}

const preflight = (origin: string, method = 'PUT'): readonly Header[] => [
  ['Origin', origin],
  ['Access-Control-Request-Method', method],
  ['Access-Control-Request-Headers', 'authorization'],
]
const get = (answer: RawResponse, name: string): string | undefined => valuesOf(answer, name)[0]

describe('a preflight', () => {
  it('is answered without a token, and without the server', async () => {
    const { app, gateway, ask } = await site(`{ origins: ${APP} }`)
    const answer = await ask('OPTIONS', '/api/1', ...preflight(APP))
    expect(answer.status).toBe(204)
    expect(answer.body).toBe('')
    expect(
      Object.fromEntries(answer.headers.map(([name, value]) => [name.toLowerCase(), value])),
    ).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, PUT',
      'access-control-allow-headers': 'Authorization, Content-Type',
      'access-control-max-age': '600',
      vary: 'Origin',
    })
    expect(get(answer, 'access-control-allow-credentials')).toBeUndefined()
    expect(app.connections).toHaveLength(0)
    expect(gateway.lines.find(({ msg }) => msg === 'answered a preflight')).toMatchObject({ status: 204 })
  })

  it('of an origin that is not allowed is refused, and the log has the origin', async () => {
    const { gateway, ask } = await site(`{ origins: ${APP} }`)
    const answer = await ask('OPTIONS', '/api/1', ...preflight('https://evil.example'))
    expect(answer.status).toBe(403)
    expect(get(answer, 'access-control-allow-origin')).toBeUndefined()
    expect(gateway.lines.at(-1)).toMatchObject({
      fault: 'origin_not_allowed',
      detail: 'https://evil.example',
    })
  })

  it('meets the route of the method that it asks about', async () => {
    const { ask } = await site(`{ origins: ${APP} }`)
    expect((await ask('OPTIONS', '/api/1', ...preflight(APP, 'DELETE'))).status).toBe(403)
    expect((await ask('OPTIONS', '/silent/1', ...preflight(APP))).status).toBe(200)
  })

  it('is not answered by the route of OPTIONS', async () => {
    const app = await startRawUpstream(cleanup)
    const rest =
      '  - { name: rest, match: { path: /api/** }, access: public, upstream: app, cors: { origins: "*" } }\n'
    const text = config(app.url, `{ origins: ${APP}, credentials: true }`).replace(
      'upstreams:',
      `${rest}upstreams:`,
    )
    const gateway = await runGateway(text, cleanup)
    const answer = await ask(gateway.port, { method: 'OPTIONS', target: '/api/1', headers: preflight(APP) })
    expect(answer.status).toBe(204)
    expect(valuesOf(answer, 'access-control-allow-origin')).toEqual([APP])
    expect(valuesOf(answer, 'access-control-allow-credentials')).toEqual(['true'])
    expect(valuesOf(answer, 'access-control-expose-headers')).toEqual([])
  })

  it('is nothing else than an OPTIONS without what makes it one', async () => {
    const { ask } = await site(`{ origins: ${APP} }`)
    expect((await ask('OPTIONS', '/api/1', ['Origin', APP])).status).toBe(403)
    const both: readonly Header[] = [['Origin', APP], ...preflight(APP)]
    expect((await ask('OPTIONS', '/api/1', ...both)).status).toBe(403)
  })
})

describe('an answer', () => {
  const bearer = (): Header => ['Authorization', `Bearer ${mint()}`]

  it('may be read by pages of an allowed origin, whatever the server sends itself', async () => {
    const own = OK.replace(
      '\r\n',
      '\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Credentials: true\r\n',
    )
    const { ask } = await site(`{ origins: ${APP} }`, own)
    const answer = await ask('GET', '/api/1', bearer(), ['Origin', APP])
    expect(answer.status).toBe(200)
    expect(valuesOf(answer, 'access-control-allow-origin')).toEqual([APP])
    expect(valuesOf(answer, 'access-control-allow-credentials')).toEqual([])
    expect(get(answer, 'access-control-expose-headers')).toBe('X-Decision-Id, X-Decision-Reason')
    expect(get(answer, 'vary')).toBe('Origin')
  })

  it('is the same for others, without leave to read it', async () => {
    const { ask } = await site(`{ origins: ${APP} }`)
    for (const headers of [[], [['Origin', 'https://evil.example']]] as readonly (readonly Header[])[]) {
      const answer = await ask('GET', '/api/1', bearer(), ...headers)
      expect(answer.status).toBe(200)
      expect(get(answer, 'access-control-allow-origin')).toBeUndefined()
      expect(get(answer, 'vary')).toBe('Origin')
    }
  })

  it('that denies may be read too, or a page could not know why', async () => {
    const { ask } = await site(`{ origins: ${APP}, credentials: true }`)
    const answer = await ask('GET', '/api/1', ['Origin', APP])
    expect(answer.status).toBe(401)
    expect(get(answer, 'access-control-allow-origin')).toBe(APP)
    expect(get(answer, 'access-control-allow-credentials')).toBe('true')
    expect(get(answer, 'x-decision-reason')).toBe('token_missing')
  })

  it('of a route without `cors` keeps the server’s own fields', async () => {
    const own = OK.replace('\r\n', '\r\nAccess-Control-Allow-Origin: *\r\n')
    const { ask } = await site(`{ origins: ${APP} }`, own)
    expect(get(await ask('GET', '/silent/1', ['Origin', APP]), 'access-control-allow-origin')).toBe('*')
  })
})

describe('an origin', () => {
  const cases: readonly (readonly [listed: string, origin: string, isAllowed: boolean])[] = [
    ['https://app.example.com', 'https://app.example.com', true],
    ['https://app.example.com', 'http://app.example.com', false],
    ['https://app.example.com', 'https://app.example.com:8443', false],
    ['https://app.example.com', 'https://app.example.com.evil.example', false],
    ['https://app.example.com', 'null', false],
    ['https://*.example.com', 'https://a.example.com', true],
    ['https://*.example.com', 'https://a.b.example.com', true],
    ['https://*.example.com', 'https://example.com', false],
    ['https://*.example.com', 'https://.example.com', false],
    ['https://*.example.com', 'https://evil.example/.example.com', false],
    ['https://*.example.com', 'https://evil.example:1@a.example.com', false],
    ['https://*.example.com', 'https://evilexample.com', false],
    ['https://*.example.com:8443', 'https://a.example.com:8443', true],
    ['https://*.example.com:8443', 'https://a.example.com', false],
    ['http://localhost:3000', 'http://localhost:3000', true],
    ['"*"', 'https://anything.example', true],
    ['"*"', 'null', true],
  ]
  for (const [listed, origin, isAllowed] of cases) {
    it(`${origin} is ${isAllowed ? '' : 'not '}allowed by ${listed}`, async () => {
      const { ask } = await site(`{ origins: ${listed} }`)
      const answer = await ask('OPTIONS', '/api/1', ...preflight(origin))
      expect(answer.status).toBe(isAllowed ? 204 : 403)
      if (isAllowed) expect(get(answer, 'access-control-allow-origin')).toBe(listed === '"*"' ? '*' : origin)
    })
  }
})

describe('a WebSocket', () => {
  const upgrade: readonly Header[] = [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ]

  it('of a page of another origin is refused: browsers send cookies without a preflight', async () => {
    const { app, gateway, ask } = await site(`{ origins: ${APP} }`)
    const bearer: Header = ['Authorization', `Bearer ${mint()}`]
    const answer = await ask('GET', '/api/1', bearer, ...upgrade, ['Origin', 'https://evil.example'])
    expect(answer.status).toBe(403)
    expect(app.connections).toHaveLength(0)
    expect(gateway.lines.at(-1)).toMatchObject({ fault: 'origin_not_allowed' })
  })

  it('of two origins is refused, even if one of them is allowed', async () => {
    const { ask } = await site(`{ origins: ${APP} }`)
    const two: readonly Header[] = [
      ['Origin', APP],
      ['Origin', 'https://evil.example'],
    ]
    for (const headers of [two, two.toReversed()])
      expect((await ask('GET', '/api/1', ...upgrade, ...headers)).status).toBe(403)
  })

  it('of the same origin, of an allowed one, and of no page at all is judged as ever', async () => {
    const { app, ask } = await site(`{ origins: ${APP} }`)
    const origins: readonly (readonly Header[])[] = [
      [['Origin', 'http://api.example.com']],
      [['Origin', APP]],
      [],
    ]
    for (const headers of origins)
      expect((await ask('GET', '/api/1', ...upgrade, ...headers)).status).toBe(401)
    expect(app.connections).toHaveLength(0)
  })
})
