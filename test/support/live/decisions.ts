/** What the client and the application get for each decision: tests for the suite of any proxy that relays everything. */
import { expect, it } from 'bun:test'
import type { GuardedSite } from './guarded-site.ts'

const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/

/**
 * Defines the tests.
 *
 * @param keepsPhrases Whether the proxy passes on the phrase beside the application's status.
 */
export function decisionsReachClientAndApplication(
  site: () => GuardedSite,
  { keepsPhrases = true }: { readonly keepsPhrases?: boolean } = {},
): void {
  it('lets a good token through, with its identity and the id of the decision', async () => {
    const response = await site().ask({ target: '/orders/1' }, site().mint({ roles: ['clerk', 'admin'] }))
    expect(response.status).toBe(200)
    expect(response.body).toBe('app 200')
    const request = site().app.received.at(-1)
    expect(request?.values('X-Auth-Subject')).toEqual(['alice'])
    expect(request?.values('X-Auth-Roles')).toEqual(['clerk,admin'])
    expect(request?.values('X-Decision-Id')[0]).toMatch(ULID)
    expect(request?.values('Host')).toEqual(['api.example.com'])
  })

  const denials: readonly {
    readonly name: string
    readonly target: string
    readonly claims: Readonly<Record<string, unknown>> | undefined
    readonly status: number
    readonly reason: string
    readonly challenge: string | undefined
  }[] = [
    {
      name: '401 without a token',
      target: '/orders/1',
      claims: undefined,
      status: 401,
      reason: 'token_missing',
      challenge: 'Bearer realm="warder"',
    },
    {
      name: '401 for an expired token',
      target: '/orders/1',
      claims: { exp: 1_700_000_000 },
      status: 401,
      reason: 'token_expired',
      challenge:
        'Bearer realm="warder", error="invalid_token", error_description="the token was not accepted"',
    },
    {
      name: '403 without the scope',
      target: '/write/1',
      claims: {},
      status: 403,
      reason: 'scope_missing',
      challenge:
        'Bearer realm="warder", error="insufficient_scope", error_description="the token lacks a scope", scope="orders:write"',
    },
    {
      name: '403 where no token would help',
      target: '/closed/1',
      claims: {},
      status: 403,
      reason: 'route_denied',
      challenge: undefined,
    },
    {
      name: '403 where no route matches',
      target: '/',
      claims: {},
      status: 403,
      reason: 'no_route',
      challenge: undefined,
    },
  ]
  for (const { name, target, claims, status, reason, challenge } of denials) {
    it(`answers ${name}, with reason, id and challenge each once`, async () => {
      const before = site().app.received.length
      const response = await site().ask({ target }, claims === undefined ? undefined : site().mint(claims))
      expect(response.status).toBe(status)
      expect(response.values('X-Decision-Reason')).toEqual([reason])
      expect(response.values('WWW-Authenticate')).toEqual(challenge === undefined ? [] : [challenge])
      expect(response.values('Cache-Control')).toEqual(['no-store'])
      expect(response.values('Content-Type')).toEqual(['application/problem+json'])
      const [id] = response.values('X-Decision-Id')
      expect(id).toMatch(ULID)
      expect(JSON.parse(response.body)).toEqual({
        type: `urn:warder:reason:${reason}`,
        title: status === 401 ? 'Unauthorized' : 'Forbidden',
        status,
        code: reason,
        decision_id: id,
      })
      expect(site().warder.log.at(-1)?.fields).toMatchObject({ reason, id })
      expect(site().app.received.length).toBe(before)
    })
  }

  it('answers HEAD as GET without a body, allowed and denied', async () => {
    const allowed = await site().ask({ method: 'HEAD', target: '/orders/1' }, site().mint())
    expect(allowed.status).toBe(200)
    expect(site().app.received.at(-1)?.method).toBe('HEAD')
    const denied = await site().ask({ method: 'HEAD', target: '/orders/1' })
    expect(denied.status).toBe(401)
    expect(denied.values('X-Decision-Reason')).toEqual(['token_missing'])
    expect(denied.values('WWW-Authenticate')).toHaveLength(1)
    expect(denied.body).toBe('')
  })

  it('judges OPTIONS like any other method, and passes it on as OPTIONS', async () => {
    expect((await site().ask({ method: 'OPTIONS', target: '/orders/1' })).status).toBe(401)
    expect((await site().ask({ method: 'OPTIONS', target: '/orders/1' }, site().mint())).status).toBe(200)
    expect(site().app.received.at(-1)?.method).toBe('OPTIONS')
  })

  for (const status of [401, 403, 500, 503]) {
    it(`hands on the application's own ${status} untouched`, async () => {
      const response = await site().ask({ target: `/answer/${status}` }, site().mint())
      expect(response.status).toBe(status)
      if (keepsPhrases) expect(response.startLine).toContain('From-App')
      expect(response.body).toBe(`app ${status}`)
      expect(response.values('X-Decision-Reason')).toEqual([])
      expect(response.values('WWW-Authenticate')).toEqual(status === 401 ? ['App realm="app"'] : [])
    })
  }
}
