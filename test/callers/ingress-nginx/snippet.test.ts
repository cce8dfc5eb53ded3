import { describe, expect, it } from 'bun:test'
import { parseAllDocuments } from 'yaml'
import {
  ingressNginxSnippet,
  type IngressNginxSnippetOptions,
} from '../../../src/callers/ingress-nginx/snippet.ts'
import { OVERRIDE_FIELDS } from '../../../src/syntax/override-fields.ts'

const OPTIONS: IngressNginxSnippetOptions = {
  decisions: ['warder.warder.svc.cluster.local:9180'],
  identityNames: ['x-auth-subject'],
  service: { name: 'orders', port: 80 },
  serverNames: ['a.example.com', 'b.example.com'],
  namespace: 'shop',
  controllerNamespace: 'ingress-nginx',
}

const read = (more: Partial<IngressNginxSnippetOptions> = {}): readonly Readonly<Record<string, never>>[] =>
  parseAllDocuments(ingressNginxSnippet({ ...OPTIONS, ...more })).map(
    (one) => one.toJS() as Record<string, never>,
  )

describe('ingressNginxSnippet', () => {
  it('asks the endpoint of nginx, and copies the identity', () => {
    expect(read()[0]).toMatchObject({
      kind: 'Ingress',
      metadata: {
        namespace: 'shop',
        annotations: {
          'nginx.ingress.kubernetes.io/auth-url': 'http://warder.warder.svc.cluster.local:9180/v1/auth/nginx',
          'nginx.ingress.kubernetes.io/auth-response-headers': 'X-Auth-Subject,X-Decision-Id',
        },
      },
    })
  })

  it('guards each host, or every host', () => {
    const backend = { service: { name: 'orders', port: { number: 80 } } }
    const http = { paths: [{ path: '/', pathType: 'Prefix', backend }] }
    expect(read()[0]).toMatchObject({
      spec: {
        rules: [
          { host: 'a.example.com', http },
          { host: 'b.example.com', http },
        ],
      },
    })
    expect(read({ serverNames: [] })[0]).toMatchObject({ spec: { rules: [{ http }] } })
    expect(read({ tlsSecret: 'cert' })[0]).toMatchObject({
      spec: { tls: [{ secretName: 'cert', hosts: ['a.example.com', 'b.example.com'] }] },
    })
  })

  it('removes every field about another request that the controller does not write itself', () => {
    const [, controller, removed] = read()
    expect(controller).toMatchObject({
      data: { 'proxy-set-headers': 'ingress-nginx/warder-removed-headers' },
    })
    const { data = {} } = removed as { data?: Readonly<Record<string, string>> }
    expect(new Set(Object.values(data))).toEqual(new Set(['']))
    const left = OVERRIDE_FIELDS.map(({ name }) => name).filter((name) => !(name in data))
    expect(left.toSorted()).toEqual([
      'X-Forwarded-For',
      'X-Forwarded-Host',
      'X-Forwarded-Port',
      'X-Forwarded-Proto',
      'X-Forwarded-Scheme',
      'X-Original-Forwarded-For',
      'X-Real-IP',
      'X-Scheme',
    ])
  })

  it('refuses a name that cannot be written (injection)', () => {
    for (const name of ['X-A"', 'X-A\n', '$host'])
      expect(() => ingressNginxSnippet({ ...OPTIONS, identityNames: [name] })).toThrow(TypeError)
  })
})
