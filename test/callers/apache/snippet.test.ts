import { describe, expect, it } from 'bun:test'
import { apacheSnippetCommand } from '../../../src/callers/apache/snippet-command.ts'
import type { ApacheSnippetOptions } from '../../../src/callers/apache/site.ts'
import { apacheSnippet } from '../../../src/callers/apache/snippet.ts'
import type { SnippetFlags } from '../../../src/callers/proxy.ts'

const OPTIONS: ApacheSnippetOptions = {
  decisions: ['127.0.0.1:9180'],
  identityNames: ['x-auth-subject', 'X-Auth-Roles'],
  upstream: 'http://127.0.0.1:8000',
  serverNames: [],
  certificate: undefined,
  listen: '443',
}

const linesWith = (text: string, part: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes(part))

describe('apacheSnippet', () => {
  it('removes every identity header before anything else, and lets the hook set it', () => {
    const text = apacheSnippet(OPTIONS)
    for (const name of ['X-Auth-Subject', 'X-Auth-Roles', 'X-Decision-Id'])
      expect(linesWith(text, `RequestHeader unset ${name} `)).toEqual([`RequestHeader unset ${name} early`])
    expect(linesWith(text, 'local IDENTITY')).toEqual([
      'local IDENTITY = { "X-Decision-Id", "X-Auth-Subject", "X-Auth-Roles" }',
    ])
  })

  it('writes a header once that is named in two spellings', () => {
    const text = apacheSnippet({ ...OPTIONS, identityNames: ['X-Auth-Subject', 'x-auth-subject'] })
    expect(linesWith(text, 'unset X-Auth-Subject')).toHaveLength(1)
    expect(text).toContain('local IDENTITY = { "X-Decision-Id", "X-Auth-Subject" }')
  })

  it('removes a field that is an identity header too once', () => {
    const text = apacheSnippet({ ...OPTIONS, identityNames: ['Remote-User'] })
    expect(linesWith(text, 'unset Remote-User ')).toHaveLength(1)
  })

  it('asks every Warder', () => {
    const decisions = ['10.0.0.1:9180', '[fd00::1]:9180', 'unix:/run/warder.sock']
    expect(linesWith(apacheSnippet({ ...OPTIONS, decisions }), 'local WARDERS')).toEqual([
      'local WARDERS = { "10.0.0.1:9180", "[fd00::1]:9180", "unix:/run/warder.sock" }',
    ])
  })

  it('listens where no other file of a distribution listens', () => {
    expect(linesWith(apacheSnippet(OPTIONS), 'Listen ')).toEqual([
      '# Listen 443 is in ports.conf or httpd.conf.',
    ])
    expect(linesWith(apacheSnippet({ ...OPTIONS, listen: '127.0.0.1:8080' }), '127.0.0.1:8080')).toEqual([
      'Listen 127.0.0.1:8080',
      '<VirtualHost 127.0.0.1:8080>',
    ])
  })

  it('names the site and its aliases', () => {
    expect(
      linesWith(apacheSnippet({ ...OPTIONS, serverNames: ['a.example', 'b.example'] }), '.example'),
    ).toEqual(['ServerName a.example', 'ServerAlias b.example'])
    expect(linesWith(apacheSnippet(OPTIONS), 'ServerName')).toEqual([])
  })

  // Apache would end the section there, or read a directive.
  it('has no line in its Lua that Apache reads as its own', () => {
    const text = apacheSnippet({ ...OPTIONS, decisions: ['127.0.0.1:9180', 'unix:/a'] })
    const [, lua = ''] = /<LuaHookAccessChecker warder>\n([^]*?)<\/LuaHookAccessChecker>/.exec(text) ?? []
    expect(lua.split('\n').length).toBeGreaterThan(100)
    for (const line of lua.split('\n')) expect(line.trim()).not.toMatch(/^[<#]|\\$/)
  })

  const refused: readonly (readonly [string, Partial<ApacheSnippetOptions>])[] = [
    ['a line end in the listener', { decisions: ['127.0.0.1:9180\nRequire all granted'] }],
    ['a quote in the path of a socket', { decisions: ['unix:/a"}'] }],
    ['no listener', { decisions: [] }],
    ['a variable in the listener', { decisions: ['${HOST}:80'] }],
    ['an application without a scheme', { upstream: '127.0.0.1:8000' }],
    [
      'an application with a path, which would replace the judged one',
      { upstream: 'http://127.0.0.1:8000/x' },
    ],
    ['a parameter after the application', { upstream: 'http://127.0.0.1:8000 retry=0' }],
    ['a directive in the server name', { serverNames: ['a\nRequire all granted'] }],
    ['an empty server name', { serverNames: [''] }],
    ['a section in listen', { listen: '80>\n<Location />' }],
    ['a certificate with a space', { certificate: { certFile: '/a b', keyFile: '/k' } }],
    ['an identity header with an underscore', { identityNames: ['X_Auth'] }],
    ['an identity header with a line end', { identityNames: ['X-Auth\n'] }],
  ]
  for (const [name, options] of refused) {
    it(`refuses ${name}`, () => expect(() => apacheSnippet({ ...OPTIONS, ...options })).toThrow(TypeError))
  }
})

describe('warder snippet apache', () => {
  const DEFAULTS: SnippetFlags = { upstream: 'http://127.0.0.1:8000', serverName: '_', listen: '80' }
  const mistakes: readonly (readonly [string, SnippetFlags])[] = [
    ['--upstream', { upstream: 'http://127.0.0.1:8000/path' }],
    ['--upstream', { upstream: 'http://127.0.0.1:99999' }],
    ['--server-name', { serverName: 'a; b' }],
    ['--listen', { listen: '443 ssl' }],
    ['--listen', { listen: '0' }],
    ['--cert', { cert: '/a b', key: '/k' }],
    ['--key', { cert: '/c' }],
    ['--cert', { key: '/k' }],
  ]
  for (const [flag, flags] of mistakes) {
    it(`refuses ${JSON.stringify(flags)}, and names the flag`, () => {
      const write = apacheSnippetCommand.read({ ...DEFAULTS, ...flags })
      expect(!write.ok && write.error.message.startsWith(flag)).toBe(true)
    })
  }
})
