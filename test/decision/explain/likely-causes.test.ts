import { describe, expect, it } from 'bun:test'
import { parseClaimPath } from '../../../src/syntax/claim-path.ts'
import type { ExplainedStep } from '../../../src/decision/explain/create-explanation.ts'
import type { IssuerSettings } from '../../../src/settings/issuer/definition.ts'
import {
  bearer,
  decideOf,
  mainIssuer,
  makeGuard,
  policySettings,
  routeSettings,
} from '../../support/make-guard.ts'
import { explain } from '../../support/explain.ts'
import { ISSUER, NOW_SECONDS, mint } from '../../support/tokens.ts'

const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47'
const APPLICATION = '11111111-2222-3333-4444-555555555555'
const V1 = `https://sts.windows.net/${TENANT}/`
const V2 = `https://login.microsoftonline.com/${TENANT}/v2.0`
const REALM = 'https://kc.example.com/realms/main'
/** What the preset stands for. */
const REALM_PRESET = { issuer: REALM, claims: [{ path: 'typ', in: ['Bearer', 'DPoP'] }] }

/** The step that decided. */
async function failure(token: string, issuer: Partial<IssuerSettings>): Promise<ExplainedStep | undefined> {
  const guard = makeGuard({
    issuers: [mainIssuer(issuer)],
    policies: [policySettings({ scope: ['orders:read'] })],
    routes: [routeSettings()],
  })
  return (await explain(decideOf(guard), bearer(token))).failed
}

type Claims = Readonly<Record<string, unknown>>

describe('explain knows what a denial usually means', () => {
  const keycloak = { issuer: REALM }
  const cognito = { issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc' }
  const cases: readonly (readonly [string, Partial<IssuerSettings>, Claims, string | undefined])[] = [
    [
      'the audience of every Keycloak token',
      keycloak,
      { iss: REALM, aud: 'account' },
      'keycloak.audience_mapper',
    ],
    ['no audience from Keycloak', keycloak, { iss: REALM, aud: undefined }, 'keycloak.audience_mapper'],
    ['another audience of Keycloak', keycloak, { iss: REALM, aud: 'stock' }, undefined],
    ['an ID token of Keycloak', keycloak, { iss: REALM, aud: 'web', typ: 'ID' }, 'id_token'],
    ['an ID token of Keycloak for its own client', REALM_PRESET, { iss: REALM, typ: 'ID' }, 'id_token'],
    ['a refresh token of Keycloak', REALM_PRESET, { iss: REALM, typ: 'Refresh' }, 'refresh_token'],
    [
      'an offline token of Keycloak',
      REALM_PRESET,
      { iss: REALM, aud: REALM, typ: 'Offline' },
      'refresh_token',
    ],
    ['a logout token of Keycloak', REALM_PRESET, { iss: REALM, typ: 'Logout' }, 'logout_token'],
    [
      'a logout token without a type',
      {},
      { aud: 'web', events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
      'logout_token',
    ],
    ['another kind of token of Keycloak', REALM_PRESET, { iss: REALM, typ: 'Registration' }, undefined],
    [
      'a lightweight token of Keycloak',
      keycloak,
      { iss: REALM, aud: undefined, sub: undefined, typ: 'Bearer', azp: 'web' },
      'keycloak.lightweight',
    ],
    ['an ID token', {}, { aud: 'web', at_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' }, 'id_token'],
    [
      'the user info audience of Auth0',
      {},
      { aud: ['https://a.eu.auth0.com/userinfo'] },
      'auth0.no_audience',
    ],
    ['user info beside another one', {}, { aud: ['https://a.eu.auth0.com/userinfo', 'x'] }, undefined],
    ['no audience from Cognito', cognito, { iss: cognito.issuer, aud: undefined }, 'cognito.no_audience'],
    ['a token for Microsoft Graph', {}, { aud: 'https://graph.microsoft.com' }, 'entra.graph_token'],
    [
      'the bare id for api://',
      { audience: [`api://${APPLICATION}`] },
      { aud: APPLICATION },
      'entra.audience_version',
    ],
    [
      'api:// for the bare id',
      { audience: [APPLICATION] },
      { aud: `api://${APPLICATION}` },
      'entra.audience_version',
    ],
    ['a slash at the end of the audience', {}, { aud: 'api://orders/' }, 'audience.difference'],
    ['version 1 of Entra ID', { issuer: V2 }, { iss: V1 }, 'entra.token_version'],
    ['version 2 of Entra ID', { issuer: V1 }, { iss: V2 }, 'entra.token_version'],
    [
      'the tenant that is called common',
      { issuer: 'https://login.microsoftonline.com/common/v2.0' },
      { iss: V2 },
      'entra.tenant',
    ],
    ['a slash at the end of the issuer', keycloak, { iss: `${REALM}/` }, 'issuer.difference'],
    ['an issuer that has nothing in common', keycloak, { iss: 'https://idp.example.org/' }, undefined],
    ['an issuer that is no text', keycloak, { iss: 7 }, undefined],
    ['a role of the name of the scope', {}, { roles: ['orders:read'] }, 'scope_as_role'],
    ['a permission of the name of the scope', {}, { permissions: ['orders:read'] }, 'scope_claim'],
    ['a realm role of Keycloak', {}, { realm_access: { roles: ['orders:read'] } }, 'scope_as_role'],
    [
      'a client role of Keycloak',
      {},
      { resource_access: { account: { roles: [] }, orders: { roles: ['orders:read'] } } },
      'scope_as_role',
    ],
    ['another role', {}, { roles: ['clerk'] }, undefined],
    ['roles that are not lists', {}, { realm_access: 'x', resource_access: { a: null } }, undefined],
  ]
  for (const [name, issuer, claims, cause] of cases) {
    it(`is ${cause ?? 'not known'} for ${name}`, async () => {
      const step = await failure(mint({ claims }), issuer)
      expect(step?.result).toBe('fail')
      expect(step?.likelyCause?.name).toBe(cause as string)
    })
  }

  it('names the path of a client role as a claim rule has it', async () => {
    const claims = { resource_access: { 'my.api': { roles: ['orders:read'] } } }
    const fix = (await failure(mint({ claims }), {}))?.likelyCause?.fix ?? ''
    const written = /`claims: \{ (.*): \{ contains/.exec(fix)?.[1] ?? ''
    const path = parseClaimPath(JSON.parse(written) as string)
    expect(path).toEqual(['resource_access', 'my.api', 'roles'])
  })

  it('is refresh_token for a token that Keycloak signs with its own secret', async () => {
    const claims = { iss: REALM, aud: REALM, typ: 'Refresh' }
    const step = await failure(mint({ header: { alg: 'HS512', kid: 'its-own' }, claims }), keycloak)
    expect([step?.reason, step?.likelyCause?.name]).toEqual(['alg_not_allowed', 'refresh_token'])
  })

  it('is shared_secret for any other token that is signed with one', async () => {
    const step = await failure(mint({ header: { alg: 'HS256' } }), {})
    expect([step?.reason, step?.likelyCause?.name]).toEqual(['alg_not_allowed', 'shared_secret'])
  })

  it('is logout_token by the type in the header', async () => {
    const step = await failure(mint({ header: { typ: 'logout+jwt' } }), {})
    expect([step?.reason, step?.likelyCause?.name]).toEqual(['typ_not_allowed', 'logout_token'])
    expect(step?.facts).toContain('typ "logout+jwt"')
  })

  it('is opaque_token for a token without dots', async () =>
    expect((await failure('2YotnFZFEjr1zCsicMWpAA', {}))?.likelyCause?.name).toBe('opaque_token'))

  it('is old_token for an unknown key and a token that is days old', async () => {
    const token = (iat: number): string => mint({ header: { kid: 'gone' }, claims: { iat } })
    const old = await failure(token(NOW_SECONDS - 12 * 86_400), {})
    expect([old?.reason, old?.likelyCause?.name]).toEqual(['kid_unknown', 'old_token'])
    expect((await failure(token(NOW_SECONDS - 60), {}))?.likelyCause).toBeUndefined()
  })

  it('is issuer.not_in_policy for an issuer that only other policies accept', async () => {
    const guard = makeGuard({
      policies: [policySettings({ issuers: ['hmac'] })],
      routes: [routeSettings()],
    })
    const { failed } = await explain(decideOf(guard), bearer(mint()))
    expect([failed?.reason, failed?.likelyCause?.name]).toEqual(['issuer_unknown', 'issuer.not_in_policy'])
    expect(failed?.likelyCause?.fix).toContain('main')
  })

  it('names the audience that is expected, and both issuers', async () => {
    const audience = await failure(mint({ claims: { iss: REALM, aud: 'account' } }), keycloak)
    expect(audience?.likelyCause?.fix).toContain('"api://orders"')
    const issuer = await failure(mint({ claims: { iss: `${ISSUER}/` } }), {})
    expect(issuer?.likelyCause?.compare).toMatchObject({ token: `${ISSUER}/`, configured: ISSUER })
  })
})
