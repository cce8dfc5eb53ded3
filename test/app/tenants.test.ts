import { afterEach, describe, expect, it } from 'bun:test'
import { createAuthorizer, type Authorizer } from '../../src/app/create-authorizer.ts'
import type { Fetch, KeyDeps } from '../../src/keys/key-deps.ts'
import { createTestIssuer, type TestIssuer } from '../../src/testing/test-issuer.ts'

const NOW_SECONDS = 1_800_000_000
const issuerOf = (tenant: string): TestIssuer => createTestIssuer(`https://idp.example/${tenant}/v2.0`)
const [acme, globex, evil] = [issuerOf('acme'), issuerOf('globex'), issuerOf('evil')]

const TEMPLATE = `version: 1
issuers:
  - name: idp
    issuer: https://idp.example/{tenant}/v2.0
    tenants: [acme, globex]
    tenant_claim: tid
    audience: api
`

const fetched: string[] = []
let open: Authorizer | undefined
afterEach(() => {
  open?.close()
  open = undefined
  fetched.length = 0
})

/** Serves metadata and keys of all issuers, listed or not. */
const serve: Fetch = (url) => {
  fetched.push(url)
  for (const { issuer, metadata, jwks } of [acme, globex, evil]) {
    if (url === `${issuer}/.well-known/openid-configuration`) return Promise.resolve(Response.json(metadata))
    if (url === `${issuer}/jwks`) return Promise.resolve(Response.json(jwks()))
  }
  return Promise.resolve(new Response(null, { status: 404 }))
}

async function start(text: string, fetch: Fetch = serve): Promise<Authorizer> {
  const deps: Partial<KeyDeps> = { fetch, nowMs: () => NOW_SECONDS * 1_000 }
  open = await createAuthorizer({ text, deps })
  return open
}

async function reasonOf(authorizer: Authorizer, token: string): Promise<string> {
  const headers = new Headers({ authorization: `Bearer ${token}` })
  const decision = await authorizer.decide({ method: 'GET', url: 'https://api.example/', headers })
  return decision.reason
}

const mint = (issuer: TestIssuer, claims: Readonly<Record<string, unknown>>): string =>
  issuer.mint({ aud: 'api', sub: 'alice', ...claims }, NOW_SECONDS)

describe('an issuer by template', () => {
  it('accepts the tokens of each tenant on its list', async () => {
    const authorizer = await start(TEMPLATE)
    await authorizer.started
    expect(await reasonOf(authorizer, mint(acme, { tid: 'acme' }))).toBe('ok')
    expect(await reasonOf(authorizer, mint(globex, { tid: 'globex' }))).toBe('ok')
  })

  const forged = createTestIssuer(acme.issuer)
  const CASES: readonly (readonly [what: string, token: string, reason: string])[] = [
    ['a tenant that is not on the list', mint(evil, { tid: 'evil' }), 'issuer_unknown'],
    ['a tenant that names another in its claim', mint(acme, { tid: 'globex' }), 'claim_invalid'],
    ['a token without the tenant claim', mint(acme, {}), 'claim_missing'],
    [
      'the template itself as the issuer',
      mint(acme, { iss: 'https://idp.example/{tenant}/v2.0' }),
      'issuer_unknown',
    ],
    ['another letter case', mint(acme, { iss: 'https://idp.example/ACME/v2.0' }), 'issuer_unknown'],
    [
      'a path that leads to a tenant',
      mint(acme, { iss: 'https://idp.example/evil/../acme/v2.0' }),
      'issuer_unknown',
    ],
    [
      'the keys of another tenant',
      mint(globex, { iss: acme.issuer, tid: 'acme' }),
      'kid_unknown|signature_invalid',
    ],
    ['keys of its own', mint(forged, { tid: 'acme' }), 'kid_unknown|signature_invalid'],
  ]
  for (const [what, token, reason] of CASES) {
    it(`denies ${what}: ${reason}`, async () => {
      const authorizer = await start(TEMPLATE)
      await authorizer.started
      expect(reason.split('|')).toContain(await reasonOf(authorizer, token))
    })
  }

  it('fetches nothing for a tenant that is not on the list', async () => {
    const authorizer = await start(TEMPLATE)
    await authorizer.started
    await reasonOf(authorizer, mint(evil, { tid: 'evil' }))
    expect(fetched.filter((url) => !url.startsWith(acme.issuer) && !url.startsWith(globex.issuer))).toEqual(
      [],
    )
    expect(fetched.length).toBe(4)
  })

  it('fetches a key set once that all tenants share', async () => {
    const shared = `${TEMPLATE}    keys: { jwks_url: "https://idp.example/acme/v2.0/jwks" }\n`
    const authorizer = await start(shared)
    await authorizer.started
    expect(fetched).toEqual([`${acme.issuer}/jwks`])
    expect(await reasonOf(authorizer, mint(acme, { tid: 'acme' }))).toBe('ok')
    expect(await reasonOf(authorizer, mint(acme, { iss: globex.issuer, tid: 'globex' }))).toBe('ok')
  })

  it('is named as a whole by a policy', async () => {
    const policy = 'policies: { p: { issuers: [idp] } }\nroutes: [{ match: {}, policy: p }]\n'
    const authorizer = await start(TEMPLATE + policy)
    await authorizer.started
    expect(await reasonOf(authorizer, mint(globex, { tid: 'globex' }))).toBe('ok')
  })
})

describe('a slow provider', () => {
  it('delays no token of another issuer, and is asked for by its own alone', async () => {
    const slow: Fetch = (url, init) =>
      url.startsWith(globex.issuer) ? new Promise(() => undefined) : serve(url, init)
    const authorizer = await start(TEMPLATE, slow)
    // Never resolves while the slow one hangs; the other answers meanwhile.
    let allStarted = false
    void authorizer.started.then(() => (allStarted = true))
    expect(await reasonOf(authorizer, mint(acme, { tid: 'acme' }))).toBe('ok')
    expect(allStarted).toBe(false)
  })
})

describe('an audience in another claim', () => {
  it('is checked there, and `aud` is not looked at', async () => {
    const authorizer = await start(
      TEMPLATE.replace('audience: api', 'audience: app\n    audience_claim: client_id').replace(
        'tenants: [acme, globex]',
        'tenants: acme',
      ),
    )
    await authorizer.started
    const tid = 'acme'
    expect(await reasonOf(authorizer, mint(acme, { tid, client_id: 'app', aud: undefined }))).toBe('ok')
    expect(await reasonOf(authorizer, mint(acme, { tid, client_id: 'other', aud: 'app' }))).toBe(
      'audience_mismatch',
    )
    expect(await reasonOf(authorizer, mint(acme, { tid, aud: 'app' }))).toBe('audience_missing')
  })
})

describe('an issuer template with every tenant', () => {
  const keys = [acme, globex].flatMap((issuer) => issuer.jwks().keys)
  const EVERY = `version: 1
issuers:
  - name: idp
    issuer: https://idp.example/{tenant}/v2.0
    tenants: any
    tenant_claim: tid
    audience: api
    keys: { jwks: ${JSON.stringify({ keys })} }
`
  const cases: readonly (readonly [what: string, token: () => string, reason: string])[] = [
    ['a tenant', () => mint(acme, { tid: 'acme' }), 'ok'],
    ['another one', () => mint(globex, { tid: 'globex' }), 'ok'],
    ['a tenant without its claim', () => mint(acme, {}), 'claim_missing'],
    ['a tenant that claims to be another', () => mint(acme, { tid: 'globex' }), 'claim_invalid'],
    ['an `iss` of another tenant', () => mint(acme, { tid: 'acme', iss: globex.issuer }), 'claim_invalid'],
    [
      'an `iss` with a path in it',
      () => mint(acme, { tid: 'a/b', iss: 'https://idp.example/a/b/v2.0' }),
      'issuer_unknown',
    ],
    [
      'the template itself',
      () => mint(acme, { tid: '{tenant}', iss: 'https://idp.example/{tenant}/v2.0' }),
      'issuer_unknown',
    ],
    ['keys that are not in the set', () => mint(evil, { tid: 'evil' }), 'signature_invalid'],
  ]
  for (const [what, token, reason] of cases) {
    it(`is ${reason} for ${what}, and fetches nothing`, async () => {
      const authorizer = await start(EVERY)
      expect(await reasonOf(authorizer, token())).toBe(reason)
      expect(fetched).toEqual([])
    })
  }

  it('lets a key vouch for the tenant alone that the set names beside it', async () => {
    const named = [
      ...acme.jwks().keys.map((key) => ({ ...key, kid: 'acme-1', issuer: acme.issuer })),
      ...globex.jwks().keys.map((key) => ({ ...key, issuer: 'https://idp.example/{tenantid}/v2.0' })),
    ]
    const text = EVERY.replace(JSON.stringify({ keys }), JSON.stringify({ keys: named }))
    const authorizer = await start(text)
    // Signed by globex, whose key is for every tenant.
    expect(await reasonOf(authorizer, mint(globex, { tid: 'acme', iss: acme.issuer }))).toBe('ok')
    const own = EVERY.replace(
      JSON.stringify({ keys }),
      JSON.stringify({ keys: globex.jwks().keys.map((key) => ({ ...key, issuer: globex.issuer })) }),
    )
    authorizer.close()
    const strict = await start(own)
    expect(await reasonOf(strict, mint(globex, { tid: 'globex' }))).toBe('ok')
    expect(await reasonOf(strict, mint(globex, { tid: 'acme', iss: acme.issuer }))).toBe('key_unsuitable')
  })

  it('lets a key vouch for each of the tenants that one or several sets name beside it', async () => {
    const named = globex
      .jwks()
      .keys.flatMap((key) => [globex.issuer, acme.issuer].map((issuer) => ({ ...key, issuer })))
    const [first, second] = named.map((key) => JSON.stringify({ keys: [key] }))
    for (const sets of [
      `{ jwks: '${JSON.stringify({ keys: named })}' }`,
      `[{ jwks: '${first}' }, { jwks: '${second}' }]`,
    ]) {
      const authorizer = await start(EVERY.replace(/keys: .*/, `keys: ${sets}`))
      expect(await reasonOf(authorizer, mint(globex, { tid: 'globex' }))).toBe('ok')
      expect(await reasonOf(authorizer, mint(globex, { tid: 'acme', iss: acme.issuer }))).toBe('ok')
      const third = { tid: 'third', iss: 'https://idp.example/third/v2.0' }
      expect(await reasonOf(authorizer, mint(globex, third))).toBe('key_unsuitable')
      authorizer.close()
    }
  })

  it('judges tenants by a rule of the issuer', async () => {
    const authorizer = await start(EVERY.replace('audience: api', 'audience: api\n    claims: { tid: acme }'))
    expect(await reasonOf(authorizer, mint(acme, { tid: 'acme' }))).toBe('ok')
    expect(await reasonOf(authorizer, mint(globex, { tid: 'globex' }))).toBe('claim_invalid')
  })
})
