/** The manifests for Kubernetes, read as YAML: their fields are those of the reference of each API. */
import { describe, expect, it } from 'bun:test'
import { parseAllDocuments } from 'yaml'
import { envoyGatewayManifest } from '../../../src/callers/envoy-gateway/envoy-gateway.ts'
import type { ManifestOptions } from '../../../src/callers/envoy-grpc/kubernetes.ts'
import { gatewayApiManifest } from '../../../src/callers/gateway-api/gateway-api.ts'
import { istioManifest } from '../../../src/callers/istio/istio.ts'

const OPTIONS: ManifestOptions = {
  decisions: ['0.0.0.0:9190'],
  identityNames: ['X-Auth-Subject'],
  service: 'warder',
  serviceNamespace: 'auth',
  namespace: 'shop',
  target: 'orders',
  port: 9190,
}

const documents = (text: string): readonly unknown[] =>
  parseAllDocuments(text, { strict: true, uniqueKeys: true }).map((document) => {
    if (!('toJS' in document) || document.errors.length > 0) throw new Error('no YAML')
    return document.toJS() as unknown
  })

const BACKEND = { name: 'warder', namespace: 'auth', port: 9190 }
const grant = (group: string, kind: string) => ({
  apiVersion: 'gateway.networking.k8s.io/v1beta1',
  kind: 'ReferenceGrant',
  metadata: { name: 'warder-shop', namespace: 'auth' },
  spec: {
    from: [{ group, kind, namespace: 'shop' }],
    to: [{ group: '', kind: 'Service', name: 'warder' }],
  },
})

describe('the manifest', () => {
  it('for Istio has a provider that fails closed, and a policy for every request', () => {
    expect(documents(istioManifest(OPTIONS))).toEqual([
      {
        meshConfig: {
          extensionProviders: [
            {
              name: 'warder',
              envoyExtAuthzGrpc: {
                service: 'warder.auth.svc.cluster.local',
                port: 9190,
                timeout: '3s',
                failOpen: false,
                statusOnError: '503',
              },
            },
          ],
        },
      },
      {
        apiVersion: 'security.istio.io/v1',
        kind: 'AuthorizationPolicy',
        metadata: { name: 'warder', namespace: 'shop' },
        spec: {
          selector: { matchLabels: { app: 'orders' } },
          action: 'CUSTOM',
          provider: { name: 'warder' },
          rules: [{}],
        },
      },
    ])
  })

  it('for Envoy Gateway has a policy that fails closed, and may name the Service of another namespace', () => {
    expect(documents(envoyGatewayManifest(OPTIONS))).toEqual([
      {
        apiVersion: 'gateway.envoyproxy.io/v1alpha1',
        kind: 'SecurityPolicy',
        metadata: { name: 'warder-orders', namespace: 'shop' },
        spec: {
          targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'orders' }],
          extAuth: { failOpen: false, statusOnError: 503, timeout: '3s', grpc: { backendRefs: [BACKEND] } },
        },
      },
      grant('gateway.envoyproxy.io', 'SecurityPolicy'),
    ])
  })

  it('for the Gateway API has the filter in the rule, and sends every field', () => {
    expect(documents(gatewayApiManifest(OPTIONS))).toEqual([
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'orders', namespace: 'shop' },
        spec: {
          parentRefs: [{ name: 'gateway' }],
          rules: [
            {
              filters: [
                { type: 'ExternalAuth', externalAuth: { protocol: 'GRPC', backendRef: BACKEND, grpc: {} } },
              ],
              backendRefs: [{ name: 'orders', port: 8080 }],
            },
          ],
        },
      },
      grant('gateway.networking.k8s.io', 'HTTPRoute'),
    ])
  })

  it('grants nothing within one namespace', () => {
    const here = { ...OPTIONS, serviceNamespace: 'shop' }
    expect(documents(envoyGatewayManifest(here))).toHaveLength(1)
    expect(documents(gatewayApiManifest(here))).toHaveLength(1)
  })
})
