import { describe, expect, it } from 'bun:test'
import { createBoundedFetch } from '../../../src/keys/fetch/bounded-fetch.ts'
import { discoverJwksUri, metadataUrls } from '../../../src/keys/fetch/discovery.ts'
import { createFakeWorld, jsonResponse } from '../fake-world.ts'

const ISSUER = 'https://idp.example/realms/main'
const JWKS = 'https://keys.example/jwks'
const OPENID = `${ISSUER}/.well-known/openid-configuration`
const OAUTH = 'https://idp.example/.well-known/oauth-authorization-server/realms/main'

async function discover(
  documents: Readonly<Record<string, unknown>>,
  issuer = ISSUER,
  allowHttp = false,
  more: { readonly metadataUrl?: string } = {},
) {
  const world = createFakeWorld()
  world.answer = (url) => {
    const document = documents[url]
    if (document instanceof Response) return Promise.resolve(document)
    return Promise.resolve(
      document === undefined ? new Response('', { status: 404 }) : jsonResponse(document),
    )
  }
  const fetchDocument = createBoundedFetch({ allowHttp, timeoutMs: 5_000, maxBytes: 10_000 }, world.deps)
  const found = await discoverJwksUri(
    { issuer, allowHttp, ...more },
    fetchDocument,
    new AbortController().signal,
  )
  return { found, fetched: world.fetched }
}

describe('metadataUrls', () => {
  const table: readonly (readonly [string, string, string])[] = [
    [ISSUER, OPENID, OAUTH],
    [
      'https://a.example',
      'https://a.example/.well-known/openid-configuration',
      'https://a.example/.well-known/oauth-authorization-server',
    ],
    [
      'https://a.example/',
      'https://a.example/.well-known/openid-configuration',
      'https://a.example/.well-known/oauth-authorization-server',
    ],
    [
      'https://a.example/x/',
      'https://a.example/x/.well-known/openid-configuration',
      'https://a.example/.well-known/oauth-authorization-server/x',
    ],
    [
      'https://a.example/x//',
      'https://a.example/x//.well-known/openid-configuration',
      'https://a.example/.well-known/oauth-authorization-server/x/',
    ],
  ]
  for (const [issuer, openid, oauth] of table) {
    it(`removes one trailing slash of ${issuer}`, () => {
      expect(metadataUrls(issuer)).toEqual({ openid, oauth })
    })
  }
})

describe('discoverJwksUri', () => {
  it('reads OpenID Connect Discovery first', async () => {
    const { found, fetched } = await discover({ [OPENID]: { issuer: ISSUER, jwks_uri: JWKS } })
    expect(found.ok && found.value).toBe(JWKS)
    expect(fetched).toEqual([OPENID])
  })

  it('goes on to RFC 8414 after a 404', async () => {
    const { found, fetched } = await discover({ [OAUTH]: { issuer: ISSUER, jwks_uri: JWKS } })
    expect(found.ok && found.value).toBe(JWKS)
    expect(fetched).toEqual([OPENID, OAUTH])
  })

  const failures: readonly (readonly [string, unknown])[] = [
    ['500', new Response('', { status: 500 })],
    ['403', new Response('', { status: 403 })],
    ['a redirect', new Response('', { status: 302, headers: { location: OAUTH } })],
    ['HTML', new Response('<html></html>')],
    ['an array', []],
    ['no issuer', { jwks_uri: JWKS }],
    ['an issuer that is a list', { issuer: [ISSUER], jwks_uri: JWKS }],
    ['an issuer with a trailing slash', { issuer: `${ISSUER}/`, jwks_uri: JWKS }],
    ['an issuer in another case', { issuer: ISSUER.replace('idp', 'IDP'), jwks_uri: JWKS }],
    [
      'an issuer with an explicit port',
      { issuer: ISSUER.replace('.example', '.example:443'), jwks_uri: JWKS },
    ],
    ['an issuer with an escape', { issuer: ISSUER.replace('main', '%6dain'), jwks_uri: JWKS }],
    ['an issuer with a look-alike', { issuer: ISSUER.replace('a', '\u0430'), jwks_uri: JWKS }],
    ['another tenant', { issuer: `${ISSUER}2`, jwks_uri: JWKS }],
    ['no jwks_uri', { issuer: ISSUER }],
    ['a relative jwks_uri', { issuer: ISSUER, jwks_uri: '/jwks' }],
    ['a jwks_uri over http', { issuer: ISSUER, jwks_uri: 'http://keys.example/jwks' }],
    ['a jwks_uri that is a file', { issuer: ISSUER, jwks_uri: 'file:///etc/passwd' }],
    ['a jwks_uri with a password', { issuer: ISSUER, jwks_uri: 'https://a:b@keys.example/' }],
  ]
  for (const [what, document] of failures) {
    it(`fails on ${what}, and asks nowhere else`, async () => {
      const good = { issuer: ISSUER, jwks_uri: JWKS }
      const { found, fetched } = await discover({ [OPENID]: document, [OAUTH]: good })
      expect(found.ok).toBe(false)
      expect(fetched).toEqual([OPENID])
    })
  }

  it('names both issuers when they differ', async () => {
    const { found } = await discover({ [OPENID]: { issuer: `${ISSUER}/`, jwks_uri: JWKS } })
    expect(found.ok ? '' : found.error.why).toContain(`"${ISSUER}/"`)
    expect(found.ok ? '' : found.error.why).toContain(`"${ISSUER}"`)
  })

  it('asks the URL of its own alone, whose metadata must still be of the issuer', async () => {
    const metadataUrl = 'https://login.example/tenant/policy/.well-known/openid-configuration'
    const good = { issuer: ISSUER, jwks_uri: JWKS }
    const own = await discover({ [metadataUrl]: good }, ISSUER, false, { metadataUrl })
    expect([own.found.ok && own.found.value, own.fetched]).toEqual([JWKS, [metadataUrl]])
    const absent = await discover({ [OPENID]: good, [OAUTH]: good }, ISSUER, false, { metadataUrl })
    expect([absent.found.ok, absent.fetched]).toEqual([false, [metadataUrl]])
    const other = { ...good, issuer: 'https://login.example/other' }
    expect((await discover({ [metadataUrl]: other }, ISSUER, false, { metadataUrl })).found.ok).toBe(false)
  })

  it('names both places that a wrong realm was looked for at', async () => {
    const { found } = await discover({})
    for (const url of [OPENID, OAUTH]) expect(found.ok ? '' : found.error.why).toContain(url)
    const other = await discover({ [OAUTH]: new Response('', { status: 500 }) })
    for (const text of [OPENID, OAUTH, '500'])
      expect(other.found.ok ? '' : other.found.error.why).toContain(text)
  })

  it('accepts http for issuer and jwks_uri if the operator allows it', async () => {
    const issuer = 'http://127.0.0.1:9999'
    const document = { issuer, jwks_uri: 'http://127.0.0.1:9999/jwks' }
    const { found } = await discover(
      { [`${issuer}/.well-known/openid-configuration`]: document },
      issuer,
      true,
    )
    expect(found.ok).toBe(true)
  })
})
