import { describe, expect, it } from 'bun:test'
import type { IssuerSettings } from '../../src/settings/issuer/definition.ts'
import { loadGood } from './load-text.ts'

const load = async (text: string): Promise<readonly IssuerSettings[]> =>
  (await loadGood(`version: 1\nissuers:\n  - { ${text} }\n`)).settings.issuers

const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47'

/** What a preset makes of its inputs; a value is compared with the setting of that name, or of `keys`. */
const CASES: readonly (readonly [text: string, expected: Readonly<Record<string, unknown>>])[] = [
  [
    'preset: keycloak, url: "https://kc.example.com/", realm: main',
    {
      issuer: 'https://kc.example.com/realms/main',
      kind: 'discovery',
      claims: [{ path: 'typ', in: ['Bearer', 'DPoP'] }],
    },
  ],
  [
    `preset: entra, tenants: ${TENANT}`,
    {
      issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      kind: 'discovery',
      algorithms: ['RS256'],
      claims: [{ path: 'tid', in: [TENANT] }],
    },
  ],
  [
    'preset: auth0, domain: example.eu.auth0.com',
    { issuer: 'https://example.eu.auth0.com/', kind: 'discovery' },
  ],
  ['preset: okta, domain: example.okta.com', { issuer: 'https://example.okta.com/oauth2/default' }],
  [
    'preset: okta, domain: example.okta.com, authorization_server: aus1',
    { issuer: 'https://example.okta.com/oauth2/aus1' },
  ],
  [
    'preset: cognito, pool: eu-central-1_AbC',
    {
      issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbC',
      url: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbC/.well-known/jwks.json',
      audienceClaim: 'client_id',
      claims: [{ path: 'token_use', in: ['access'] }],
    },
  ],
  [
    'preset: cognito, region: cn-north-1, pool: cn-north-1_AbC',
    { issuer: 'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbC' },
  ],
  [
    'preset: google',
    {
      issuer: 'https://accounts.google.com',
      issuerAliases: ['accounts.google.com'],
      kind: 'discovery',
    },
  ],
  [
    'preset: github-actions',
    { issuer: 'https://token.actions.githubusercontent.com', require: ['sub', 'repository'] },
  ],
  ['preset: gitlab-ci', { issuer: 'https://gitlab.com', require: ['sub', 'project_path'] }],
  ['preset: gitlab-ci, url: "https://gitlab.example.com"', { issuer: 'https://gitlab.example.com' }],
  [
    'preset: kubernetes',
    {
      issuer: 'https://kubernetes.default.svc.cluster.local',
      url: 'https://kubernetes.default.svc/openid/v1/jwks',
      reach: {
        caFile: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
        bearerFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
      },
    },
  ],
  [
    'preset: spiffe, trust_domain: example.org, issuer: "https://spire.example.org", bundle_url: "https://spire.example.org/bundle"',
    {
      url: 'https://spire.example.org/bundle',
      keyUse: 'jwt-svid',
      claims: [{ path: 'sub', startsWith: 'spiffe://example.org/' }],
    },
  ],
]

describe('a preset', () => {
  for (const [text, expected] of CASES) {
    it(`stands for its settings: ${text}`, async () => {
      const [issuer] = await load(`${text}, audience: api`)
      expect({ ...issuer?.keys, ...issuer }).toMatchObject(expected)
    })
  }

  it('gives way to every explicit setting', async () => {
    const [issuer] = await load(
      'preset: cognito, pool: eu-central-1_AbC, audience: api, issuer: "https://own.example.com", algorithms: ES256, claims: { scope: a }',
    )
    expect(issuer).toMatchObject({
      issuer: 'https://own.example.com',
      algorithms: ['ES256'],
      claims: [{ path: 'scope', in: ['a'] }],
    })
  })

  it('adds to explicit `keys`, one by one', async () => {
    const [issuer] = await load('preset: kubernetes, audience: api, keys: { ca_file: /ca.pem, refresh: 5m }')
    expect(issuer?.keys).toMatchObject({
      url: 'https://kubernetes.default.svc/openid/v1/jwks',
      reach: { caFile: '/ca.pem', bearerFile: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
    })
  })

  it('hands no credentials to a key source that was named', async () => {
    const [issuer] = await load(
      'preset: kubernetes, audience: api, keys: { jwks_url: "https://elsewhere.example" }',
    )
    expect(issuer?.keys).not.toHaveProperty('reach')
  })
})
