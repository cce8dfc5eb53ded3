import { describe, expect, it } from 'bun:test'
import { convertConfig } from '../../src/compat/convert.ts'
import { loadGood } from '../config/load-text.ts'
import { README } from '../support/jwtauthrequest.ts'

const CONFIG = JSON.stringify({
  'listen-port': ':8081',
  clients: [
    JSON.parse(README).clients[0],
    {
      endpoints: ['/b', '/c'],
      HMAC: '${not-a-variable} #: "x"',
      'allowed-algo': ['HS512'],
      'token-name': 'Authorization',
    },
    { endpoints: ['/d'], issuer: 'http://idp.example.com', audience: ['any', '${x}'] },
    {
      endpoints: ['/e'],
      issuer: 'https://idp.example.com',
      audience: ['a'],
      'required-claims': ['exp'],
      'allowed-algo': ['ES256'],
    },
  ],
})

describe('a converted configuration', () => {
  it('is loaded as the same settings', async () => {
    const original = await loadGood(CONFIG, {}, 'config.json')
    const converted = await loadGood(convertConfig(original))
    expect(converted.format).toBe('warder')
    expect(converted.settings).toEqual(original.settings)
  })

  it('has every warning as a comment beside the line that it is about', async () => {
    const original = await loadGood(CONFIG, {}, 'config.json')
    const lines = convertConfig(original)
      .split('\n')
      .filter((line) => line.includes('# '))
    expect(lines.map((line) => line.trim().replace(/(# \w+):.*/, '$1'))).toEqual([
      '- name: Test-endpoint # WARN_COMPAT_DEBUG',
      'issuer: any # WARN_COMPAT_ISSUER_UNCHECKED',
      'audience: any # WARN_COMPAT_AUDIENCE_UNCHECKED',
      'allow_short_secret: true # WARN_COMPAT_SECRET_SHORT',
      'allow_missing_exp: true # WARN_COMPAT_EXP_OPTIONAL',
      'allow_http: true # WARN_COMPAT_HTTP',
      'allow_missing_exp: true # WARN_COMPAT_EXP_OPTIONAL',
      'decisions: :8081 # WARN_COMPAT_EXPOSED',
    ])
    expect(lines.length).toBe(original.warnings.length)
  })

  it('of a strict client is short', async () => {
    const client = {
      endpoints: ['/e'],
      issuer: 'https://idp.example.com',
      audience: ['a'],
      'required-claims': ['exp'],
      'allowed-algo': ['ES256'],
      'token-name': 'X-Token',
    }
    const original = await loadGood(
      JSON.stringify({ 'listen-port': '127.0.0.1:8081', clients: [client] }),
      {},
      'config.json',
    )
    expect(convertConfig(original)).toBe(`version: 1
issuers:
  - name: client-1
    issuer: https://idp.example.com
    audience: [ a ]
    algorithms: [ ES256 ]
    leeway: 0s
    require: [ exp ]
    require_kid: true
policies:
  client-1:
    issuers: [ client-1 ]
    token_sources:
      - { header: x-token }
      - { query: X-Token }
      - { query: token }
endpoints:
  - path: /e
    dialect: jwtauthrequest
    policy: client-1
listen:
  decisions: 127.0.0.1:8081
  admin: off
`)
  })
})
