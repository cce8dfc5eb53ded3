import { describeBroken, type Case } from './broken-cases.ts'

const entry = (text: string): string => `version: 1\nissuers:\n  - { ${text} }\n`
const preset = (text: string): string => entry(`audience: api, preset: ${text}`)
const template = (text: string): string =>
  entry(`audience: api, issuer: "https://idp.example.com/{tenant}", ${text}`)

const PRESETS: readonly Case[] = [
  ['an unknown preset', preset('keycloack'), 'ERR_CONFIG_VALUE', '3:30', 'keycloak'],
  ['an input that is missing', preset('cognito'), 'ERR_CONFIG_MISSING_KEY', '3:5', 'pool'],
  ['an input of another preset', preset('google, realm: a'), 'ERR_CONFIG_USELESS_KEY', '3:38', 'google'],
  [
    'an input without a preset',
    entry('issuer: "https://a.example", audience: a, pool: b'),
    'ERR_CONFIG_USELESS_KEY',
    '3:49',
    'preset',
  ],
  [
    'an input that is no domain',
    preset('auth0, domain: "https://a.auth0.com"'),
    'ERR_CONFIG_VALUE',
    '3:45',
    'domain',
  ],
  ['an input that is no text', preset('okta, domain: 5'), 'ERR_CONFIG_TYPE', '3:44', 'text'],
  ['Entra without tenants', preset('entra'), 'ERR_CONFIG_MISSING_KEY', '3:5', 'tenants'],
  ['Entra for everybody', preset('entra, tenants: [common]'), 'ERR_CONFIG_VALUE', '3:47', 'organizations'],
  [
    'SPIFFE without an issuer',
    preset('spiffe, trust_domain: a.example'),
    'ERR_CONFIG_MISSING_KEY',
    '3:5',
    'issuer',
  ],
  [
    'SPIFFE without an audience',
    entry('preset: spiffe, trust_domain: a.example, issuer: "https://a.example", audience: any'),
    'ERR_CONFIG_VALUE',
    '3:87',
    'JWT-SVID',
  ],
]

const TEMPLATES: readonly Case[] = [
  [
    'every tenant without a claim',
    template('tenants: any, keys: { pem: x }'),
    'ERR_CONFIG_TENANTS',
    '3:75',
    'tid',
  ],
  [
    'every tenant with discovery',
    template('tenants: any, tenant_claim: tid'),
    'ERR_CONFIG_TENANTS',
    '3:75',
    'jwks_url',
  ],
  [
    'every tenant with keys of each',
    template('tenants: any, tenant_claim: tid, keys: { jwks_url: "https://idp.example.com/{tenant}" }'),
    'ERR_CONFIG_TENANTS',
    '3:117',
    'without a placeholder',
  ],
  [
    'every tenant with metadata',
    template('tenants: any, tenant_claim: tid, keys: { metadata_url: "https://idp.example.com/m" }'),
    'ERR_CONFIG_TENANTS',
    '3:105',
    'jwks_url',
  ],
  [
    'every tenant of no template',
    entry(
      'audience: api, issuer: "https://idp.example.com", tenants: any, tenant_claim: t, keys: { pem: x }',
    ),
    'ERR_CONFIG_TENANTS',
    '3:30',
    '{tenant}',
  ],
  [
    'a wildcard in an issuer',
    entry('audience: api, issuer: "https://login.microsoftonline.com/*/v2.0"'),
    'ERR_CONFIG_WILDCARD',
    '3:30',
    'tenants: any',
  ],
  [
    'a name for every directory of Entra ID',
    entry('audience: api, issuer: "https://login.microsoftonline.com/organizations/v2.0"'),
    'ERR_CONFIG_WILDCARD',
    '3:30',
    'tenants: any',
  ],
  [
    'a wildcard as audience',
    entry('issuer: "https://idp.example.com", audience: "*"'),
    'ERR_CONFIG_WILDCARD',
    '3:52',
    'audience: any',
  ],
  ['a template without tenants', template('leeway: 0s'), 'ERR_CONFIG_TENANTS', '3:30', 'tenants'],
  ['an empty list of tenants', template('tenants: []'), 'ERR_CONFIG_EMPTY_LIST', '3:75', 'empty'],
  ['a wildcard as tenant', template('tenants: ["*"]'), 'ERR_CONFIG_NAME', '3:76', '`any`'],
  ['a tenant that is a path', template('tenants: [a/b]'), 'ERR_CONFIG_NAME', '3:76', 'tenant'],
  ['a tenant that is a parent directory', template('tenants: [".."]'), 'ERR_CONFIG_NAME', '3:76', 'tenant'],
  ['a tenant twice', template('tenants: [a, b, a]'), 'ERR_CONFIG_DUPLICATE_NAME', '3:82', 'list'],
  [
    'tenants without a template',
    entry('audience: api, issuer: "https://idp.example.com", tenants: [a]'),
    'ERR_CONFIG_TENANTS',
    '3:57',
    '{tenant}',
  ],
  [
    'another placeholder',
    entry('audience: api, issuer: "https://idp.example.com/{tenantid}"'),
    'ERR_CONFIG_TENANTS',
    '3:30',
    '{tenant}',
  ],
  [
    'a tenant claim without tenants',
    entry('audience: api, issuer: "https://idp.example.com", tenant_claim: tid'),
    'ERR_CONFIG_TENANTS',
    '3:57',
    'tenants',
  ],
  [
    'a rule of its own for the tenant claim',
    template('tenants: [a], tenant_claim: tid, claims: { tid: b }'),
    'ERR_CONFIG_EXACTLY_ONE',
    '3:94',
    'rule',
  ],
  [
    'a rule that checks nothing',
    template('tenants: [a], claims: { tid: {} }'),
    'ERR_CONFIG_CLAIM_RULE',
    '3:95',
    'nothing',
  ],
  [
    'an issuer that a template makes as well',
    `version: 1\nissuers:\n  - { audience: api, issuer: "https://idp.example.com/{tenant}", tenants: [a, b] }\n  - { audience: api, issuer: "https://idp.example.com/b" }\n`,
    'ERR_CONFIG_ISSUER_AMBIGUOUS',
    '4:30',
    'issuers[0]',
  ],
]

const REACH: readonly Case[] = [
  [
    'a certificate without its key',
    entry('issuer: "https://a.example", audience: a, keys: { client_cert_file: c }'),
    'ERR_CONFIG_MISSING_KEY',
    '3:57',
    'client_key_file',
  ],
  [
    'a socket behind a proxy',
    entry('issuer: "https://a.example", audience: a, keys: { unix: s, proxy: "http://p:1" }'),
    'ERR_CONFIG_EXACTLY_ONE',
    '3:66',
    'socket',
  ],
  [
    'a proxy that cannot be seen through',
    entry(
      'issuer: "https://a.example", audience: a, keys: { proxy: "http://p:1", deny_private_addresses: true }',
    ),
    'ERR_CONFIG_EXACTLY_ONE',
    '3:78',
    'proxy',
  ],
  [
    'a proxy over TLS',
    entry('issuer: "https://a.example", audience: a, keys: { proxy: "https://p:1" }'),
    'ERR_CONFIG_URL',
    '3:64',
    'http://',
  ],
  [
    'a header of the fetch itself',
    entry('issuer: "https://a.example", audience: a, keys: { headers: { Host: b } }'),
    'ERR_CONFIG_HEADER',
    '3:68',
    'itself',
  ],
  [
    'a header with a second one in it',
    entry('issuer: "https://a.example", audience: a, keys: { headers: { X-A: "b\\r\\nX-B: c" } }'),
    'ERR_CONFIG_VALUE',
    '3:73',
    'one line',
  ],
  [
    'two credentials',
    entry(
      'issuer: "https://a.example", audience: a, keys: { bearer_file: t, headers: { Authorization: b } }',
    ),
    'ERR_CONFIG_EXACTLY_ONE',
    '3:57',
    'exclude',
  ],
  [
    'a CA for a file',
    entry('issuer: "https://a.example", audience: a, keys: { pem_file: k, ca_file: c }'),
    'ERR_CONFIG_USELESS_KEY',
    '3:70',
    'no effect',
  ],
  [
    'a default for a header value',
    entry('issuer: "https://a.example", audience: a, keys: { headers: { X-A: "${NOPE:-b}" } }'),
    'ERR_CONFIG_SECRET_DEFAULT',
    '3:73',
    'default',
  ],
]

describeBroken('a preset with mistakes', PRESETS)
describeBroken('an issuer template with mistakes', TEMPLATES)
describeBroken('a way to the keys with mistakes', REACH)
