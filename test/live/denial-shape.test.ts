import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, withToken, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort } from '../support/live/loopback.ts'
import { ask, type RawRequest, type RawResponse } from '../support/live/raw-client.ts'
import { mint } from '../support/mint.ts'
import { gatewayConfig, runGateway, type RunningGateway } from '../support/run-gateway.ts'

const REASONS_PAGE = readFileSync(`${import.meta.dir}/../../docs/reasons.md`, 'utf8')

/** Everything about a denial that must not depend on its sender, except for the id. */
function shapeOf(response: RawResponse): object {
  const { decision_id: id, ...members } = JSON.parse(response.body)
  const [reason = ''] = response.values('X-Decision-Reason')
  expect(response.values('X-Decision-Id')).toEqual(id === '' ? [] : [id])
  expect(REASONS_PAGE).toContain(`### \`${reason}\`\n`)
  return {
    order: Object.keys(JSON.parse(response.body)),
    members,
    reason: response.values('X-Decision-Reason'),
    type: response.values('Content-Type'),
    caching: response.values('Cache-Control'),
    challenge: response
      .values('WWW-Authenticate')
      .map((value) => value.replace(/^Bearer realm="[^"]*"/, 'Bearer')),
  }
}

const shape = (status: number, title: string, code: string, challenge: readonly string[] = []): object => ({
  order: ['type', 'title', 'status', 'code', 'decision_id'],
  members: { type: `urn:warder:reason:${code}`, title, status, code },
  reason: [code],
  type: ['application/problem+json'],
  caching: ['no-store'],
  challenge,
})

const HEAD_INVALID = 'Bearer, error="invalid_token", error_description="the token was not accepted"'
const SCOPE = (scope: string): string =>
  `Bearer, error="insufficient_scope", error_description="the token lacks a scope", scope="${scope}"`

const DENIALS = [
  ['token_missing', undefined, shape(401, 'Unauthorized', 'token_missing', ['Bearer'])],
  ['token_malformed', 'x.y.z', shape(401, 'Unauthorized', 'token_malformed', [HEAD_INVALID])],
  ['token_expired', { exp: 1_700_000_000 }, shape(401, 'Unauthorized', 'token_expired', [HEAD_INVALID])],
  ['scope_missing', { scope: 'none' }, shape(403, 'Forbidden', 'scope_missing', [SCOPE('orders:read')])],
] as const

liveSuite('a denial', ['nginx'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  let gateway: RunningGateway
  let decisions = 0
  beforeAll(async () => {
    site = await startGuardedSite(cleanup)
    gateway = await runGateway(gatewayConfig([`http://127.0.0.1:${await freePort()}`]), cleanup)
    decisions = Number(gateway.service.addresses[0]?.split(':').at(-1))
  })
  afterAll(() => cleanup.run())

  const send = (port: number, request: RawRequest, token: string | undefined): Promise<RawResponse> =>
    ask(port, token === undefined ? request : withToken(request, token))

  for (const [reason, claims, expected] of DENIALS) {
    const tokenOf = (make: (claims: object) => string): string | undefined =>
      typeof claims === 'object' ? make({ scope: 'orders:read', ...claims }) : claims
    describe(`for ${reason} is the same`, () => {
      it('through nginx', async () => {
        const token = tokenOf((one) => site.mint({ ...one }))
        expect(shapeOf(await send(site.port, { target: '/orders/1' }, token))).toEqual(expected)
      })
      it('from the gateway', async () => {
        const token = tokenOf((one) => mint({ ...one }))
        expect(shapeOf(await send(gateway.port, { target: '/orders/1' }, token))).toEqual(expected)
      })
      it('from the decision listener', async () => {
        const token = tokenOf((one) => mint({ ...one }))
        expect(shapeOf(await send(decisions, { target: '/v1/auth/token/read' }, token))).toEqual(expected)
      })
    })
  }

  it('has the same shape if there was no decision: nginx without Warder', async () => {
    await site.warder.stop()
    const response = await site.ask({ target: '/orders/1' }, site.mint())
    expect(shapeOf(response)).toEqual(shape(503, 'Service Unavailable', 'proxy_error'))
  })

  const faults: readonly (readonly [string, RawRequest, object])[] = [
    ['a server that cannot be reached', { target: '/public/1' }, shape(502, 'Bad Gateway', 'connect_failed')],
    [
      'a request without a Host',
      { target: '/public/1', host: 'a b' },
      shape(400, 'Bad Request', 'bad_request'),
    ],
  ]
  for (const [what, request, expected] of faults) {
    it(`has the same shape if the gateway gave up: ${what}`, async () => {
      expect(shapeOf(await ask(gateway.port, request))).toEqual(expected)
    })
  }
})
