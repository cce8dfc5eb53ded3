import { describe, expect, it } from 'bun:test'
import { nginxSnippet, type NginxSnippetOptions } from '../../../src/callers/nginx/snippet.ts'

const OPTIONS: NginxSnippetOptions = {
  decisions: ['127.0.0.1:9180'],
  identityNames: ['x-auth-subject', 'X-Auth-Roles'],
  upstream: 'http://127.0.0.1:8000',
  serverName: 'api.example.com',
  listen: '443 ssl',
}

const linesWith = (text: string, part: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes(part))

describe('nginxSnippet', () => {
  it('sets every identity header from the decision, and no other', () => {
    expect(linesWith(nginxSnippet(OPTIONS), '$warder_identity_')).toEqual([
      'auth_request_set $warder_identity_x_auth_subject $upstream_http_x_auth_subject;',
      'auth_request_set $warder_identity_x_auth_roles $upstream_http_x_auth_roles;',
      'proxy_set_header X-Auth-Subject $warder_identity_x_auth_subject;',
      'proxy_set_header X-Auth-Roles $warder_identity_x_auth_roles;',
    ])
  })

  it('writes a header once that is named in two spellings', () => {
    const text = nginxSnippet({ ...OPTIONS, identityNames: ['X-Auth-Subject', 'x-auth-subject'] })
    expect(linesWith(text, 'proxy_set_header X-Auth-Subject')).toHaveLength(1)
  })

  it('keeps its own variables apart from those of identity headers', () => {
    const text = nginxSnippet({ ...OPTIONS, identityNames: ['Id', 'Reason', 'Status'] })
    const names = linesWith(text, 'auth_request_set').map((line) => line.split(' ')[1])
    expect(new Set(names).size).toBe(names.length)
  })

  it("hands on no protocol of the client's choice", () => {
    const text = nginxSnippet(OPTIONS)
    expect(linesWith(text, '$http_upgrade').filter((line) => !line.startsWith('#'))).toEqual([
      'map $http_upgrade $warder_upgrade {',
    ])
    expect(text).toContain(
      "map $http_upgrade $warder_upgrade {\n    default '';\n    websocket websocket;\n}",
    )
    expect(linesWith(text, 'proxy_set_header Upgrade')).toEqual(['proxy_set_header Upgrade $warder_upgrade;'])
  })

  it('never leaves a Warder aside because it failed', () => {
    const text = nginxSnippet({ ...OPTIONS, decisions: ['10.0.0.1:9180', 'unix:/run/warder.sock'] })
    expect(linesWith(text, 'max_fails=0;')).toEqual([
      'server 10.0.0.1:9180 max_fails=0;',
      'server unix:/run/warder.sock max_fails=0;',
    ])
  })

  it('does without identity headers', () => {
    expect(linesWith(nginxSnippet({ ...OPTIONS, identityNames: [] }), 'identity_')).toEqual([])
  })

  it('makes room for the largest allow', () => {
    const names = Array.from({ length: 20 }, (_, i) => `X-Auth-${i}`)
    expect(nginxSnippet({ ...OPTIONS, identityNames: [] })).toContain('proxy_buffer_size 8k;')
    expect(nginxSnippet({ ...OPTIONS, identityNames: names })).toContain('proxy_buffer_size 84k;')
    expect(nginxSnippet({ ...OPTIONS, identityBytes: 30_000 })).toContain('proxy_buffer_size 36k;')
  })

  const refused: readonly (readonly [string, Partial<NginxSnippetOptions>])[] = [
    ['a line end in the listener', { decisions: ['127.0.0.1:9180;\n}'] }],
    ['a space in the path of a socket', { decisions: ['unix:/run/my socket'] }],
    ['no listener', { decisions: [] }],
    ['a variable in the listener', { decisions: ['$http_host:80'] }],
    ['an application without a scheme', { upstream: '127.0.0.1:8000' }],
    [
      'an application with a path, which would replace the judged one',
      { upstream: 'http://127.0.0.1:8000/' },
    ],
    ['a variable in the application', { upstream: 'http://$host' }],
    ['a directive in the server name', { serverName: 'a; return 200' }],
    ['an empty server name', { serverName: '' }],
    ['a block in listen', { listen: '80; } server {' }],
    ['a certificate with a space', { certificate: { certFile: '/a b', keyFile: '/k' } }],
    ['a comment in listen', { listen: '80 #' }],
    ['an identity header with an underscore', { identityNames: ['X_Auth'] }],
    ['an identity header with a line end', { identityNames: ['X-Auth\n'] }],
  ]
  for (const [name, options] of refused) {
    it(`refuses ${name}`, () => expect(() => nginxSnippet({ ...OPTIONS, ...options })).toThrow(TypeError))
  }
})
