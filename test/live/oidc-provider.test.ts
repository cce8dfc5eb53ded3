import { afterAll, beforeAll, expect, it } from 'bun:test'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startOidcProvider, type OidcProvider } from '../support/live/oidc-provider.ts'

const AUDIENCE = 'https://orders.example.com/'

liveSuite('tokens of a real OpenID provider through nginx', ['nginx'], () => {
  const cleanup = createCleanup()
  let provider: OidcProvider
  let site: GuardedSite
  beforeAll(async () => {
    provider = await startOidcProvider(cleanup)
    site = await startGuardedSite(cleanup, {
      issuer: provider.issuer,
      audience: AUDIENCE,
      // Discovery, from the issuer alone.
      keys: '{ allow_http: true }',
      extraIssuer: 'typ: at+jwt',
    })
  })
  afterAll(() => cleanup.run())

  it('are JWT access tokens of RFC 9068', async () => {
    const token = await provider.token('orders:read', AUDIENCE)
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: 'live-1' })
    expect(decodeJwt(token)).toMatchObject({ iss: provider.issuer, aud: AUDIENCE, scope: 'orders:read' })
  })

  it('pass with the right scope and audience, and the client is named to the application', async () => {
    const response = await site.ask({ target: '/orders/1' }, await provider.token('orders:read', AUDIENCE))
    expect(response.status).toBe(200)
    expect(site.app.received.at(-1)?.values('X-Auth-Subject')).toEqual(['shop'])
  })

  it('are denied with 403 without the scope', async () => {
    const response = await site.ask({ target: '/write/1' }, await provider.token('orders:read', AUDIENCE))
    expect(response.status).toBe(403)
    expect(response.values('X-Decision-Reason')).toEqual(['scope_missing'])
    expect(response.values('WWW-Authenticate')[0]).toContain('scope="orders:write"')
  })

  it('are denied with 401 when they are for another audience', async () => {
    const token = await provider.token('orders:read', 'https://billing.example.com/')
    const response = await site.ask({ target: '/orders/1' }, token)
    expect(response.status).toBe(401)
    expect(response.values('X-Decision-Reason')).toEqual(['audience_mismatch'])
  })

  it('pass after the provider has stopped, also those not seen before', async () => {
    const [seen, unseen] = [
      await provider.token('orders:read', AUDIENCE),
      await provider.token('orders:read orders:write', AUDIENCE),
    ]
    expect((await site.ask({ target: '/orders/1' }, seen)).status).toBe(200)
    await provider.program.stop()
    expect((await site.ask({ target: '/orders/1' }, seen)).status).toBe(200)
    expect((await site.ask({ target: '/write/1' }, unseen)).status).toBe(200)
  })
})
