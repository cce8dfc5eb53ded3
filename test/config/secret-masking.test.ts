import { describe, expect, it } from 'bun:test'
import { formatDiagnostics, diagnosticsToJson } from '../../src/config/format-diagnostics.ts'
import { isSecretKey } from '../../src/config/secret-ranges.ts'
import { configJsonSchema } from '../../src/settings/json-schema.ts'
import { loadText } from './load-text.ts'

const CANARY = 'cAnArYsEcReT'

const issuer = (more: string): string => `version: 1
issuers:
  - issuer: https://idp.example.com
    audience: api
${more}
`

/** Each is wrong in the line of the secret, next to it, or in the secret itself. */
const CASES: readonly (readonly [what: string, text: string, name?: string])[] = [
  ['a short secret', issuer(`    keys: { secret: ${CANARY} }`)],
  ['a secret in a wrong encoding', issuer(`    keys: { secret: "${CANARY}", encoding: hex }`)],
  ['an unknown key beside it', issuer(`    keys: { secret: "${CANARY}", foo: 1 }`)],
  ['an unknown key in the line below', issuer(`    keys:\n      secret: ${CANARY}\n      foo: 1`)],
  [
    'a secret of several lines',
    issuer(`    keys:\n      secret: |\n        ${CANARY}\n        ${CANARY}\n      foo: 1`),
  ],
  ['a misspelt key', issuer(`    keys: { secert: ${CANARY} }`)],
  ['another program’s key', issuer(`    HMAC: ${CANARY}`)],
  ['a key of keys that nobody knows', issuer(`    keys: { shared: ${CANARY} }`)],
  ['a secret in place of keys', issuer(`    keys: ${CANARY}`)],
  ['a secret that YAML takes for a key', issuer(`    keys: { ${CANARY} }`)],
  ['a key with a name of everyday', issuer(`    key: ${CANARY}`)],
  ['a password in a URL', issuer(`    keys: { jwks_url: "https://me:${CANARY}@a.example/jwks" }`)],
  ['a password in the issuer', issuer(`    foo: 1`).replace('https://', `https://me:${CANARY}@`)],
  ['a token in a URL', issuer(`    keys: { jwks_url: "https://a.example/jwks?token=${CANARY}", foo: 1 }`)],
  ['a list of secrets', issuer(`    keys: { secret: [${CANARY}] }`)],
  ['a list of secrets in which one is wrong', issuer(`    keys: { secret: [{ value: ${CANARY}, foo: 1 }] }`)],
  ['a secret with a colon in a list', issuer(`    keys:\n      secret:\n        - ${CANARY}: ${CANARY}`)],
  ['a secret in a list that YAML takes for a key', issuer(`    keys: { secret: [{ ${CANARY} }] }`)],
  ['a password in a metadata URL', issuer(`    keys: { metadata_url: "https://me:${CANARY}@a.example/" }`)],
  [
    'a token in a metadata URL',
    issuer(`    keys: { metadata_url: "http://a.example/?t=${CANARY}", foo: 1 }`),
  ],
  ['a JWK set with secrets', issuer(`    keys: { jwks: { keys: [{ kty: oct, k: ${CANARY} }] }, foo: 1 }`)],
  ['a list of bearer headers', issuer(`    keys: [{ headers: { X-Key: "${CANARY}\\t" } }]`)],
  ['a list of key sources', issuer(`    keys: [{ secret: ${CANARY} }, { secret: ${CANARY}, foo: 1 }]`)],
  ['a misspelt key in a list of key sources', issuer(`    keys: [{ secert: ${CANARY} }]`)],
  [
    'a list below its key in text that is broken',
    issuer(`    keys:\n      secret:\n      - ${CANARY}\n      "`),
  ],
  ['a list in place of keys', issuer(`    keys: [${CANARY}]`)],
  ['a default for it', issuer(`    keys: { secret: "\${HMAC:-${CANARY}}" }`)],
  ['a broken reference', issuer(`    keys: { secret: "\${${CANARY} x" }`)],
  ['a wrong name in the reference', issuer(`    keys: { secret: "\${a ${CANARY}}" }`)],
  [
    'an alias to it',
    `version: 1\nx: &s ${CANARY}\nissuers:\n  - { issuer: https://a.example, audience: b, keys: { secret: *s } }\n`,
  ],
  ['a short secret of a caller', issuer(`trusted_callers: [{ secret: ${CANARY} }]`)],
  ['a list of secrets of a caller', issuer(`trusted_callers: [{ secret: [${CANARY}], foo: 1 }]`)],
  ['a syntax error in its line', issuer(`    keys: { secret: "${CANARY}", kid: [ }`)],
  ['a syntax error below', issuer(`    keys:\n      secret: ${CANARY}\n     foo: [`)],
  ['an open quote', issuer(`    keys:\n      secret: "${CANARY}\n      kid: a`)],
  ['a syntax error in its block', issuer(`    keys:\n      secret: |\n        ${CANARY}\n\t${CANARY}: [`)],
  [
    'bad indentation inside it',
    issuer(`    keys:\n      secret: >-\n          ${CANARY}\n        ${CANARY}\n    bar: "`),
  ],
  ['two of it', issuer(`    keys: { secret: ${CANARY}, secret: ${CANARY} }`)],
  ['a tag on it', issuer(`    keys: { secret: !!str ${CANARY} }`)],
  ['a JSON error', `{"clients": [{"HMAC": "${CANARY}" "issuer": "x"}]}`, 'config.json'],
  [
    'a jwtauthrequest error',
    `{"listen-port": ":1", "clients": [{"HMAC": "${CANARY}", "endpoint": []}]}`,
    'config.json',
  ],
  [
    'a jwtauthrequest key that is short',
    `{"listen-port": ":1", "clients": [{"HMAC": "${CANARY}", "endpoints": ["/a"]}]}`,
    'config.json',
  ],
]

describe('a secret is never printed', () => {
  for (const [what, text, name] of CASES) {
    it(`with ${what}`, async () => {
      const loaded = await loadText(text, {}, name)
      const diagnostics = loaded.ok ? loaded.value.warnings : loaded.error.diagnostics
      const source = loaded.ok ? loaded.value.source : loaded.error.source
      expect(diagnostics.length).toBeGreaterThan(0)
      expect(formatDiagnostics(diagnostics, source)).not.toContain(CANARY)
      expect(JSON.stringify(diagnosticsToJson(diagnostics))).not.toContain(CANARY)
    })
  }

  it('but where it comes from is: a reference is no secret', async () => {
    const loaded = await loadText(issuer('    keys: { secret: "${file:/run/hmac}", foo: 1 }'))
    const printed = loaded.ok ? '' : formatDiagnostics(loaded.error.diagnostics, loaded.error.source)
    expect(printed).toContain('secret: "${file:/run/hmac}", foo: ********')
  })

  it('and no other key of the schema is taken for one', () => {
    const names = new Set<string>()
    JSON.stringify(configJsonSchema(), (key: string, value: unknown) => {
      if (key === 'properties') for (const name of Object.keys(value as object)) names.add(name)
      return value
    })
    expect([...names].filter((name) => isSecretKey(name))).toEqual([
      'secret',
      'allow_short_secret',
      'password',
    ])
  })
})
