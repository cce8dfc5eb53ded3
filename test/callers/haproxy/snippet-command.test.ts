import { describe, expect, it } from 'bun:test'
import { haproxySnippetCommand } from '../../../src/callers/haproxy/snippet-command.ts'
import type { SnippetFlags } from '../../../src/callers/proxy.ts'

const FACTS = { decisions: ['127.0.0.1:9180'], identityNames: ['X-Auth-Subject'] }
const DEFAULTS: SnippetFlags = {
  upstream: 'http://127.0.0.1:8000',
  serverName: '_',
  listen: '80',
  luaFile: '/etc/haproxy/warder.lua',
  spoeFile: '/etc/haproxy/warder.spoe',
  ask: 'lua',
  print: 'cfg',
}

const textOf = (flags: SnippetFlags): string => {
  const write = haproxySnippetCommand.read({ ...DEFAULTS, ...flags })
  if (!write.ok) throw new Error(write.error.message)
  return write.value(FACTS)
}

describe('warder snippet haproxy', () => {
  it('prints the configuration, and the Lua file that it loads', () => {
    const text = textOf({ luaFile: '/opt/warder.lua' })
    expect(text).toContain('lua-load-per-thread /opt/warder.lua\n')
    const [, action = ''] = /http-request lua\.(\w+) /.exec(text) ?? []
    expect(textOf({ print: 'lua' })).toContain(`core.register_action("${action}", { "http-req" }`)
  })

  it('prints the configuration that asks by SPOE without Lua, and the engine that it loads', () => {
    const text = textOf({ ask: 'spoe', spoeFile: '/opt/warder.spoe' })
    expect(text).not.toContain('lua')
    const [, engine = '', file = ''] = /filter spoe engine (\w+) config (\S+)\n/.exec(text) ?? []
    const [, asked = '', group = ''] = /http-request send-spoe-group (\w+) (\w+)\n/.exec(text) ?? []
    expect([file, asked]).toEqual(['/opt/warder.spoe', engine])
    const printed = textOf({ print: 'spoe' })
    for (const line of [`[${engine}]`, `spoe-group ${group}`, `    option var-prefix ${engine}`])
      expect(printed.split('\n')).toContain(line)
    // Each variable of the rules is one of the prefix.
    for (const [, variable = ''] of text.matchAll(/txn\.(\w+)\./g)) expect(variable).toBe(engine)
  })

  const certificates: readonly (readonly [SnippetFlags, string, boolean])[] = [
    [{ cert: '/etc/ssl/site.pem' }, '/etc/ssl/site.pem', false],
    [{ cert: '/etc/ssl/site.pem', key: '/etc/ssl/site.pem' }, '/etc/ssl/site.pem', false],
    [{ cert: '/etc/ssl/site.pem', key: '/etc/ssl/site.pem.key' }, '/etc/ssl/site.pem', false],
    [{ cert: '/etc/ssl/site.crt', key: '/etc/ssl/site.key' }, '/etc/ssl/site.crt', true],
  ]
  for (const [flags, file, keyReplacesCrt] of certificates) {
    it(`takes ${JSON.stringify(flags)}`, () => {
      const text = textOf(flags)
      expect(text).toContain(` ssl crt ${file} `)
      expect(text.includes('ssl-load-extra-del-ext')).toBe(keyReplacesCrt)
    })
  }

  const mistakes: readonly (readonly [string, SnippetFlags])[] = [
    ['--print', { print: 'pdf' }],
    ['--upstream', { upstream: 'http://127.0.0.1:8000/path' }],
    ['--upstream', { upstream: 'http://127.0.0.1:99999' }],
    // HAProxy finds only names in a certificate: nothing would ever pass.
    ['--upstream', { upstream: 'https://127.0.0.1:8443' }],
    ['--upstream', { upstream: 'https://[::1]:8443' }],
    ['--server-name', { serverName: 'a; b' }],
    ['--listen', { listen: '443 ssl' }],
    ['--listen', { listen: '0' }],
    ['--listen', { listen: '65536' }],
    ['--lua-file', { luaFile: '/a b' }],
    ['--spoe-file', { ask: 'spoe', spoeFile: '/a b' }],
    ['--ask', { ask: 'grpc' }],
    ['--cert', { cert: '/a b' }],
    ['--key', { key: '/etc/ssl/site.key' }],
    // HAProxy would not find it.
    ['--key', { cert: '/etc/ssl/site.pem', key: '/etc/ssl/private/site.key' }],
  ]
  for (const [flag, flags] of mistakes) {
    it(`refuses ${JSON.stringify(flags)}, and names the flag`, () => {
      const write = haproxySnippetCommand.read({ ...DEFAULTS, ...flags })
      expect(!write.ok && write.error.message.startsWith(flag)).toBe(true)
    })
  }
})
