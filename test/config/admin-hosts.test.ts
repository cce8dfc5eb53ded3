import { describe, expect, it } from 'bun:test'
import { writeSettings } from '../../src/settings/definition.ts'
import { ISSUER, loadBad, loadGood } from './load-text.ts'

const listen = (members: string): string => `${ISSUER}listen: { ${members} }\n`

describe('`admin_hosts`', () => {
  it('are none by default, and lower-case names and patterns', async () => {
    expect((await loadGood(ISSUER)).settings.listen.adminHosts).toBeUndefined()
    const { settings } = await loadGood(listen('admin_hosts: [Warder.internal, "*.below.example"]'))
    expect(settings.listen.adminHosts).toEqual(['warder.internal', '*.below.example'])
  })

  it('are written back, and the same settings then', async () => {
    const { settings } = await loadGood(listen('admin: "127.0.0.1:1", admin_hosts: [a.example, b.example]'))
    const value = writeSettings(settings, { secrets: 'plain', defaults: 'omitted' })
    expect((await loadGood(JSON.stringify(value))).settings).toEqual(settings)
  })

  const REFUSED: readonly (readonly [members: string, code: string])[] = [
    ['admin_hosts: ["a.example:9181"]', 'ERR_CONFIG_HOST'],
    ['admin_hosts: ["*"]', 'ERR_CONFIG_HOST'],
    ['admin_hosts: []', 'ERR_CONFIG_EMPTY_LIST'],
    ['admin: off, admin_hosts: [a.example]', 'ERR_CONFIG_USELESS_KEY'],
    ['admin: "unix:/run/a.sock", admin_hosts: [a.example]', 'ERR_CONFIG_USELESS_KEY'],
  ]
  for (const [members, code] of REFUSED)
    it(`are refused as { ${members} }`, async () => {
      const { diagnostics } = await loadBad(listen(members))
      expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code as never)
    })
})
