import { describe, expect, it } from 'bun:test'
import { parse } from 'yaml'
import { traefikSnippet, type TraefikSnippetOptions } from '../../../src/callers/traefik/snippet.ts'
import { OVERRIDE_FIELDS } from '../../../src/syntax/override-fields.ts'

const OPTIONS: TraefikSnippetOptions = {
  decisions: ['127.0.0.1:9180'],
  identityNames: ['x-auth-subject', 'X-Auth-Roles'],
  upstream: 'http://127.0.0.1:8000',
  serverNames: ['api.example.com'],
  certificate: undefined,
  entryPoints: [],
}

interface Dynamic {
  readonly http: {
    readonly routers: Readonly<Record<string, Readonly<Record<string, unknown>>>>
    readonly middlewares: {
      readonly 'warder-ask': { readonly forwardAuth: Readonly<Record<string, unknown>> }
      readonly 'warder-remove': {
        readonly headers: { readonly customRequestHeaders: Readonly<Record<string, string>> }
      }
    }
  }
  readonly tls?: unknown
}

const read = (more: Partial<TraefikSnippetOptions> = {}): Dynamic =>
  parse(traefikSnippet({ ...OPTIONS, ...more })) as Dynamic
const asks = (dynamic: Dynamic) => dynamic.http.middlewares['warder-ask'].forwardAuth
const removed = (dynamic: Dynamic) => dynamic.http.middlewares['warder-remove'].headers.customRequestHeaders

describe('traefikSnippet', () => {
  it('copies every identity header from the decision, and its id', () => {
    expect(asks(read())['authResponseHeaders']).toEqual(['X-Auth-Subject', 'X-Auth-Roles', 'X-Decision-Id'])
  })

  it('removes what a client sends of them, and every field about another request that Traefik does not write', () => {
    const names = Object.keys(removed(read()))
    expect(names).toEqual(
      expect.arrayContaining(['X-Auth-Subject', 'X-Auth-Roles', 'X-Decision-Id', 'X-Decision-Reason']),
    )
    const left = OVERRIDE_FIELDS.map(({ name }) => name).filter((name) => !names.includes(name))
    expect(left).toEqual([
      'X-Forwarded-Host',
      'X-Forwarded-Server',
      'X-Forwarded-Port',
      'X-Forwarded-Proto',
      'X-Forwarded-For',
      'X-Real-IP',
    ])
    expect(new Set(Object.values(removed(read())))).toEqual(new Set(['']))
  })

  it('sends what tells a preflight, the fields with tokens, and the place in a trace', () => {
    const basic = ['Origin', 'Access-Control-Request-Method', 'Authorization', 'Cookie']
    const trace = ['traceparent', 'tracestate']
    expect(asks(read())['authRequestHeaders']).toEqual([...basic, ...trace])
    const tokenFields = ['X-Api-Token', 'Cookie']
    expect(asks(read({ tokenFields }))['authRequestHeaders']).toEqual([...basic, 'X-Api-Token', ...trace])
  })

  it('writes a header once that is named in two spellings, and does without any', () => {
    const twice = read({ identityNames: ['X-Auth-Subject', 'x-auth-subject'] })
    expect(asks(twice)['authResponseHeaders']).toEqual(['X-Auth-Subject', 'X-Decision-Id'])
    expect(asks(read({ identityNames: [] }))['authResponseHeaders']).toEqual(['X-Decision-Id'])
  })

  it('reads a name as a name that YAML reads as something else', () => {
    expect(asks(read({ identityNames: ['null', 'on'] }))['authResponseHeaders']).toEqual([
      'Null',
      'On',
      'X-Decision-Id',
    ])
  })

  it('refuses a name that cannot be written (injection)', () => {
    for (const name of ['X-A: ""', 'X-A\n', '{{ env "HOME" }}', 'X_A', ''])
      expect(() => traefikSnippet({ ...OPTIONS, identityNames: [name] })).toThrow(TypeError)
  })

  const rules: readonly (readonly [names: readonly string[], rule: string])[] = [
    [[], 'PathPrefix(`/`)'],
    [['a.example.com'], 'Host(`a.example.com`)'],
    [['a.example.com', 'b.example.com'], 'Host(`a.example.com`) || Host(`b.example.com`)'],
  ]
  for (const [serverNames, rule] of rules) {
    it(`guards ${serverNames.join(' and ') || 'every host'}, with a longer rule for WebSockets`, () => {
      const { routers } = read({ serverNames }).http
      expect(routers['warder-site']?.['rule']).toBe(rule)
      expect(routers['warder-site-websocket']?.['rule']).toBe(
        `(${rule}) && HeaderRegexp(\`Upgrade\`, \`(?i)^websocket$\`)`,
      )
    })
  }

  it('gives both routers the same entry points and the same TLS', () => {
    const certificate = { certFile: '/c.pem', keyFile: '/k.pem' }
    for (const [more, expected] of [
      [{}, {}],
      [{ entryPoints: ['web', 'websecure'] }, { entryPoints: ['web', 'websecure'] }],
      [{ certificate }, { tls: {} }],
      [{ certResolver: 'le' }, { tls: { certResolver: 'le' } }],
    ] as const) {
      for (const router of Object.values(read(more).http.routers)) {
        const { rule: _rule, middlewares: _middlewares, service: _service, ...rest } = router
        expect(rest).toEqual(expected)
      }
    }
    expect(read({ certificate }).tls).toEqual({ certificates: [{ certFile: '/c.pem', keyFile: '/k.pem' }] })
  })
})
