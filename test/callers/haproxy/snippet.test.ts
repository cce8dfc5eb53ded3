import { describe, expect, it } from 'bun:test'
import type { HaproxySnippetOptions } from '../../../src/callers/haproxy/site.ts'
import { haproxySnippet } from '../../../src/callers/haproxy/snippet.ts'

const OPTIONS: HaproxySnippetOptions = {
  decisions: ['127.0.0.1:9180'],
  identityNames: ['x-auth-subject', 'X-Auth-Roles'],
  upstream: 'http://127.0.0.1:8000',
  serverNames: [],
  certificate: undefined,
  listen: '443',
  asking: { by: 'lua', file: '/etc/haproxy/warder.lua' },
}

const linesWith = (text: string, part: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes(part))

const positionOf = (text: string, part: string): number => {
  const position = text.indexOf(part)
  if (position < 0) throw new Error(`not in the text: ${part}`)
  return position
}

describe('haproxySnippet', () => {
  it('deletes every identity header before the decision, and sets it from the decision alone', () => {
    const text = haproxySnippet(OPTIONS)
    for (const name of ['X-Auth-Subject', 'X-Auth-Roles', 'X-Decision-Id']) {
      const variable = `txn.warder_answer.${name.toLowerCase().replaceAll('-', '_')}`
      expect(linesWith(text, `http-request del-header ${name}`)).toHaveLength(1)
      expect(linesWith(text, `http-request set-header ${name} `)).toEqual([
        `http-request set-header ${name} %[var(${variable})] if { var(${variable}) -m len gt 0 }`,
      ])
      expect(positionOf(text, `del-header ${name}`)).toBeLessThan(
        positionOf(text, '    http-request lua.warder warder'),
      )
      expect(positionOf(text, `set-header ${name}`)).toBeGreaterThan(
        positionOf(text, 'unless { var(txn.warder_allowed)'),
      )
    }
  })

  const BY_SPOE: HaproxySnippetOptions = {
    ...OPTIONS,
    asking: { by: 'spoe', file: '/etc/haproxy/warder.spoe' },
  }

  it('by SPOE, deletes every identity header before the decision, and sets it from the decision alone', () => {
    const text = haproxySnippet(BY_SPOE)
    const variables = {
      'X-Auth-Subject': 'header.x_auth_subject',
      'X-Auth-Roles': 'header.x_auth_roles',
      'X-Decision-Id': 'id',
    }
    for (const [name, variable] of Object.entries(variables)) {
      expect(linesWith(text, `http-request del-header ${name}`)).toHaveLength(1)
      expect(linesWith(text, `http-request set-header ${name} `)).toEqual([
        `http-request set-header ${name} %[var(txn.warder.${variable})] if { var(txn.warder.${variable}) -m len gt 0 }`,
      ])
      expect(positionOf(text, `del-header ${name}`)).toBeLessThan(
        positionOf(text, '    http-request send-spoe-group'),
      )
      expect(positionOf(text, `set-header ${name}`)).toBeGreaterThan(
        positionOf(text, 'unless { var(txn.warder.allowed)'),
      )
    }
  })

  it('by SPOE, forgets an earlier decision before it asks, and denies what is not allowed', () => {
    const rules = linesWith(haproxySnippet(BY_SPOE), 'http-request ').filter((line) => !line.startsWith('#'))
    const asked = rules.indexOf('http-request send-spoe-group warder judge')
    expect(rules.slice(asked - 2, asked)).toEqual([
      'http-request unset-var(txn.warder.allowed)',
      'http-request unset-var(txn.warder.status)',
    ])
    for (const [i, status] of [401, 403, 503].entries())
      expect(rules[asked + 1 + i]).toEndWith(` if { var(txn.warder.status) -m int eq ${status} }`)
    expect(rules[asked + 4]).toMatch(
      /^http-request return status 503 .* unless \{ var\(txn\.warder\.allowed\) -m bool \}$/,
    )
  })

  it('writes a header once that is named in two spellings', () => {
    const text = haproxySnippet({ ...OPTIONS, identityNames: ['X-Auth-Subject', 'x-auth-subject'] })
    expect(linesWith(text, 'set-header X-Auth-Subject')).toHaveLength(1)
  })

  it('removes a field that is an identity header too once, and sets it', () => {
    const text = haproxySnippet({ ...OPTIONS, identityNames: ['Remote-User'] })
    expect(linesWith(text, 'del-header Remote-User')).toHaveLength(1)
    expect(linesWith(text, 'set-header Remote-User')).toHaveLength(1)
  })

  it('denies whatever is not allowed right after the decision', () => {
    const rules = linesWith(haproxySnippet(OPTIONS), 'http-request ').filter((line) => !line.startsWith('#'))
    const decision = rules.findIndex((line) => line.includes('lua.warder'))
    expect(rules[decision + 1]).toMatch(
      /^http-request return status 503 .* unless \{ var\(txn\.warder_allowed\) -m bool \}$/,
    )
  })

  it('asks every Warder', () => {
    const text = haproxySnippet({ ...OPTIONS, decisions: ['10.0.0.1:9180', 'unix:/run/warder.sock'] })
    expect(linesWith(text, 'server warder').map((line) => line.split(' ')[2])).toEqual([
      '10.0.0.1:9180',
      'unix@/run/warder.sock',
    ])
  })

  const upstreams: readonly (readonly [string, string])[] = [
    ['http://127.0.0.1:8000', '127.0.0.1:8000'],
    ['http://app.internal', 'app.internal:80'],
    ['http://[::1]:8000', '[::1]:8000'],
    ['https://app.internal', 'app.internal:443 ssl verify required ca-file @system-ca sni str(app.internal)'],
  ]
  for (const [upstream, server] of upstreams) {
    it(`passes requests on to ${upstream}`, () => {
      expect(linesWith(haproxySnippet({ ...OPTIONS, upstream }), 'server application')).toEqual([
        `server application ${server}`,
      ])
    })
  }

  const binds: readonly (readonly [Partial<HaproxySnippetOptions>, string])[] = [
    [{ listen: '80' }, 'bind :80'],
    [{ listen: '127.0.0.1:8080' }, 'bind 127.0.0.1:8080'],
    [
      { certificate: { certFile: '/etc/ssl/site.pem', keyReplacesCrt: false } },
      'bind :443 ssl crt /etc/ssl/site.pem alpn h2,http/1.1',
    ],
  ]
  for (const [options, line] of binds) {
    it(`listens with \`${line}\``, () => {
      expect(linesWith(haproxySnippet({ ...OPTIONS, ...options }), 'bind ')).toEqual([line])
    })
  }

  it('makes room for the largest request beside all identity headers', () => {
    for (const [count, rewrite] of [
      [0, 4],
      [2, 12],
      [20, 84],
      [60, 244],
    ] as const) {
      const identityNames = Array.from({ length: count }, (_, i) => `X-Auth-${i}`)
      const text = haproxySnippet({ ...OPTIONS, identityNames })
      const [, size = ''] = /tune\.bufsize (\d+)/.exec(text) ?? []
      expect(text).toContain(`tune.maxrewrite ${rewrite * 1024}\n`)
      expect(Number(size) - rewrite * 1024).toBeGreaterThanOrEqual(72 * 1024)
      // HAProxy takes half of the buffer at most.
      expect(Number(size)).toBeGreaterThanOrEqual(2 * rewrite * 1024)
    }
  })

  const refused: readonly (readonly [string, Partial<HaproxySnippetOptions>])[] = [
    ['a line end in the listener', { decisions: ['127.0.0.1:9180\nuser root'] }],
    ['a space in the path of a socket', { decisions: ['unix:/run/my socket'] }],
    ['no listener', { decisions: [] }],
    ['an environment variable in the listener', { decisions: ['"${HOST}:80"'] }],
    ['an application without a scheme', { upstream: '127.0.0.1:8000' }],
    ['an application with a path', { upstream: 'http://127.0.0.1:8000/' }],
    ['an option after the application', { upstream: 'http://127.0.0.1:8000 check' }],
    ['a condition in the server name', { serverNames: ['a } or { always_true'] }],
    ['a file in the server name', { serverNames: ['a', 'b -f /etc/hosts'] }],
    ['a flag as server name', { serverNames: ['-f'] }],
    ['an empty server name', { serverNames: [''] }],
    ['an option in listen', { listen: '80 accept-proxy' }],
    ['a certificate with a space', { certificate: { certFile: '/a b', keyReplacesCrt: false } }],
    ['a Lua file with a comment', { asking: { by: 'lua', file: '/a#b' } }],
    ['an identity header with an underscore', { identityNames: ['X_Auth'] }],
    ['an identity header with a line end', { identityNames: ['X-Auth\n'] }],
  ]
  for (const [name, options] of refused) {
    it(`refuses ${name}`, () => expect(() => haproxySnippet({ ...OPTIONS, ...options })).toThrow(TypeError))
  }
})
