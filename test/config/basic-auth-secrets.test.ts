import { describe, expect, it } from 'bun:test'
import { diagnosticsToJson, formatDiagnostics } from '../../src/config/format-diagnostics.ts'
import { showConfig } from '../../src/config/show-config.ts'
import { loadBad, loadGood, loadText } from './load-text.ts'

const HASH = '$2y$04$49coLEb/lMlBPRvThp02Xeg1SFyChI5bURVNj59xW3P3MRGkcmyVS'
const REST = `upstreams: { app: { servers: ["http://a.example"] } }
listen: { gateway: "127.0.0.1:8080" }
`
const config = (route: string): string => `version: 1
routes:
  - { match: {}, upstream: app, ${route} }
${REST}`
const basic = (members: string): string => config(`basic_auth: { ${members} }`)

describe('a password or its hash is never printed', () => {
  it('by config show', async () => {
    const shown = showConfig(
      (await loadGood(basic(`users: { "a.b/c~": "${HASH}", b: { password: "$\${x} pw" } }`))).settings,
    )
    expect(shown).not.toMatch(/\$2y|x\} pw/)
    expect(shown).toContain('a.b/c~')
  })

  const TEXTS: readonly (readonly [what: string, text: string])[] = [
    ['a plain password in the place of a hash', basic('users: { a: CANARY }')],
    ['a hash that cannot be used', basic('users: { a: "$2y$31$CANARY" }')],
    ['a password in a list', basic('users: [a:CANARY]')],
    ['a wrong key beside it', basic('users: { a: { password: CANARY, foo: 1 } }')],
    ['a misspelt key', basic('users: { a: { passwort: CANARY } }')],
    ['a user without the key', basic('a: CANARY')],
    ['a user under a misspelt key', basic('user: { a: CANARY }')],
    ['a user in the place of the map', config('basic_auth: "a:CANARY"')],
    ['a list of users in the place of the map', config('basic_auth: ["a:CANARY"]')],
    ['a user behind an alias', basic('users_file: f, realm: &r CANARY, user: { a: *r }')],
    ['a user that is itself', basic('user: &u { a: *u, b: CANARY }')],
    ['a map in the place of the file', basic('users_file: { a: CANARY }')],
    [
      'text that does not parse, without the key',
      'version: 1\nroutes:\n  - basic_auth:\n      user:\n        a: CANARY\n   b: [',
    ],
    ['text that does not parse', basic('users: { a: CANARY }').replace('} }\nup', '} \nup')],
    [
      'text in several lines that does not parse',
      `${config('basic_auth:')}    users:\n      a: CANARY\n   b: [`,
    ],
  ]
  for (const [what, text] of TEXTS) {
    it(`with ${what}`, async () => {
      const loaded = await loadText(text)
      expect(loaded.ok).toBe(false)
      if (loaded.ok) return
      const { diagnostics, source } = loaded.error
      expect(formatDiagnostics(diagnostics, source)).not.toContain('CANARY')
      expect(JSON.stringify(diagnosticsToJson(diagnostics))).not.toContain('CANARY')
    })
  }

  it('with a default in the file', async () => {
    const { diagnostics } = await loadBad(basic('users: { a: { password: "${PW:-guess}" } }'))
    expect(diagnostics.map(({ code }) => code as string)).toContain('ERR_CONFIG_SECRET_DEFAULT')
  })
})
