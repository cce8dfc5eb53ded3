import { describe, expect, it } from 'bun:test'
import { parse } from 'yaml'
import { apisixSnippet, type ApisixSnippetOptions } from '../../../src/callers/apisix/snippet.ts'

const OPTIONS: ApisixSnippetOptions = {
  decisions: ['warder:9180'],
  identityNames: ['x-auth-subject'],
  upstream: 'http://10.0.0.5:8000',
  serverNames: ['api.example.com'],
  certificate: undefined,
}

interface Apisix {
  readonly plugin_configs: readonly [
    {
      readonly plugins: {
        readonly 'serverless-pre-function': { readonly phase: string; readonly functions: readonly [string] }
        readonly 'forward-auth': Readonly<Record<string, unknown>>
      }
    },
  ]
  readonly routes: readonly Readonly<Record<string, unknown>>[]
  readonly upstreams: readonly [Readonly<Record<string, unknown>>]
}

const read = (more: Partial<ApisixSnippetOptions> = {}): Apisix =>
  parse(apisixSnippet({ ...OPTIONS, ...more })) as Apisix
const plugins = (more: Partial<ApisixSnippetOptions> = {}) => read(more).plugin_configs[0].plugins

describe('apisixSnippet', () => {
  it('asks about the raw path, and lets nothing pass without a decision', () => {
    expect(plugins()['forward-auth']).toMatchObject({
      uri: 'http://warder:9180/v1/auth/forward',
      request_method: 'GET',
      extra_headers: { 'X-Forwarded-Uri': '$real_request_uri' },
      upstream_headers: ['X-Auth-Subject', 'X-Decision-Id'],
      allow_degradation: false,
      status_on_error: 503,
    })
  })

  it('sends the fields with tokens, which APISIX does not send otherwise', () => {
    expect(plugins()['forward-auth']['request_headers']).toContain('Authorization')
    expect(plugins({ tokenFields: ['X-Api-Token'] })['forward-auth']['request_headers']).toContain(
      'X-Api-Token',
    )
  })

  it('removes fields in the first phase, because forward-auth may run in it too', () => {
    const { phase, functions } = plugins()['serverless-pre-function']
    expect(phase).toBe('rewrite')
    expect(functions[0]).toMatch(/^ {2}X-Auth-Subject$/m)
    expect(functions[0]).toMatch(/^ {2}X-HTTP-Method-Override$/m)
    expect(Object.keys(plugins())).not.toContain('proxy-rewrite')
  })

  it('passes on WebSockets by a route of their own', () => {
    const [plain, websocket] = read().routes
    expect(plain?.['enable_websocket']).toBeUndefined()
    expect(websocket).toMatchObject({ enable_websocket: true, vars: [['http_upgrade', '~*', '^websocket$']] })
    for (const route of read().routes)
      expect(route).toMatchObject({ plugin_config_id: 'warder', hosts: ['api.example.com'] })
  })

  const upstreams: readonly (readonly [string, string, string])[] = [
    ['http://10.0.0.5:8000', 'http', '10.0.0.5:8000'],
    ['http://app', 'http', 'app:80'],
    ['https://app.internal', 'https', 'app.internal:443'],
    ['http://[::1]', 'http', '[::1]:80'],
  ]
  for (const [upstream, scheme, node] of upstreams) {
    it(`reaches ${upstream}`, () =>
      expect(read({ upstream }).upstreams[0]).toMatchObject({ scheme, nodes: { [node]: 1 } }))
  }

  it('ends with the line that APISIX waits for', () => {
    expect(apisixSnippet(OPTIONS).endsWith('\n#END\n')).toBe(true)
  })

  it('refuses a name that cannot be written (injection)', () => {
    for (const name of [']]', 'X-A"', '$host'])
      expect(() => apisixSnippet({ ...OPTIONS, identityNames: [name] })).toThrow(TypeError)
  })
})
