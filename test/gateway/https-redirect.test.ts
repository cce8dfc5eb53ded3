import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { ask, openClient, requestText, type RawRequest } from '../support/live/raw-client.ts'
import { gatewayConfig, runGateway, startRawUpstream, type RunningGateway } from '../support/run-gateway.ts'
import { loadOrThrow } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** Everything below `/public` on `*.example.com` alone. */
const redirecting = (app: string, redirect = 'https', more = ''): string =>
  gatewayConfig([app], { listen: `redirect: ${redirect}${more}` }).replace(
    'match: { path: [/public',
    'match: { host: "*.example.com", path: [/public',
  )

async function run(
  redirect?: string,
  more?: string,
): Promise<{ readonly gateway: RunningGateway; readonly asked: () => number }> {
  const app = await startRawUpstream(cleanup)
  return {
    gateway: await runGateway(redirecting(app.url, redirect, more), cleanup),
    asked: () => app.received.length,
  }
}

describe('a listener that redirects', () => {
  const CASES: readonly (readonly [what: string, redirect: string, request: RawRequest, location: string])[] =
    [
      [
        'keeps host, path and query',
        'https',
        { target: '/public/a%20b?x=%41&y' },
        'https://api.example.com/public/a%20b?x=%41&y',
      ],
      ['keeps an empty query', 'https', { target: '/public/?' }, 'https://api.example.com/public/?'],
      [
        'leaves out its own port',
        'https',
        { target: '/public/', host: 'API.example.com:8080' },
        'https://api.example.com/public/',
      ],
      ['names another port', 'https:8443', { target: '/public/' }, 'https://api.example.com:8443/public/'],
      [
        'keeps the method',
        'https',
        { target: '/public/', method: 'POST', body: 'x' },
        'https://api.example.com/public/',
      ],
      ['asks for no token', 'https', { target: '/orders/x' }, 'https://api.example.com/orders/x'],
    ]
  for (const [what, redirect, request, location] of CASES) {
    it(what, async () => {
      const { gateway, asked } = await run(redirect)
      const answer = await ask(gateway.port, request)
      expect([answer.status, answer.values('location'), answer.values('cache-control'), asked()]).toEqual([
        308,
        [location],
        ['no-store'],
        0,
      ])
    })
  }

  const DENIED: readonly (readonly [string, RawRequest])[] = [
    ['to a host that no route has', { target: '/public/', host: 'evil.example' }],
    ['to a host behind a user name', { target: '/public/', host: 'api.example.com@evil.example' }],
    ['of a path with two readings', { target: '//evil.example/public/' }],
    ['of a path that no route has', { target: '/nowhere' }],
  ]
  for (const [what, request] of DENIED) {
    it(`never redirects ${what}`, async () => {
      const { gateway, asked } = await run()
      const answer = await ask(gateway.port, request)
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect([answer.values('location'), asked()]).toEqual([[], 0])
    })
  }

  it('forwards nothing, whatever the token', async () => {
    const { gateway, asked } = await run()
    const client = await openClient(gateway.port)
    for (let i = 0; i < 3; i++) {
      client.send(requestText({ target: '/public/', headers: [['X-Forwarded-Proto', 'https']] }))
      expect((await client.receive()).status).toBe(308)
    }
    expect(asked()).toBe(0)
    expect(gateway.lines.filter(({ msg }) => msg === 'redirected').length).toBe(3)
    client.close()
  })

  it('leaves the limits of routes and upstreams to the listener with TLS, where the request comes again', async () => {
    const app = await startRawUpstream(cleanup)
    const limit = 'rate_limit: { requests: 1, per: 1h }'
    const config = redirecting(app.url)
      .replace(/(name: public.*)upstream: app/, `$1upstream: app, ${limit}`)
      .replace('app: { servers', `app: { ${limit}, servers`)
    const gateway = await runGateway(config, cleanup)
    for (let i = 0; i < 3; i++) expect((await ask(gateway.port, { target: '/public/' })).status).toBe(308)
  })

  it('has its rate limit', async () => {
    const { gateway } = await run('https', ', rate_limit: { requests: 1, per: 1h }')
    const statuses = []
    for (let i = 0; i < 2; i++) statuses.push((await ask(gateway.port, { target: '/public/' })).status)
    expect(statuses).toEqual([308, 429])
  })

  it('serves again after a reload without it', async () => {
    const { gateway, asked } = await run()
    const app = await startRawUpstream(cleanup)
    gateway.service.swap(await loadOrThrow(redirecting(app.url).replace(', redirect: https', '')))
    expect((await ask(gateway.port, { target: '/public/' })).status).toBe(200)
    expect([asked(), app.received.length]).toEqual([0, 1])
  })
})
