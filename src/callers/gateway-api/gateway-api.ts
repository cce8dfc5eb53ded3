/** The Gateway API: the filter ExternalAuth of an HTTPRoute (GEP-1494, experimental). */
import { CHECK_DIALECT } from '../envoy-grpc/check-dialect.ts'
import {
  manifestCommand,
  manifestComment,
  referenceGrant,
  type ManifestOptions,
} from '../envoy-grpc/kubernetes.ts'
import { ENVOY_CARRIES } from '../envoy/envoy.ts'
import type { Proxy } from '../proxy.ts'

export const gatewayApiManifest = (options: ManifestOptions): string => `\
${manifestComment('Gateway API', options)}
#
# ExternalAuth is in the experimental channel of the Gateway API; see whether your implementation has
# HTTPRouteExternalAuthGRPC.
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${options.target}, namespace: ${options.namespace} }
spec:
  parentRefs: [{ name: gateway }]
  rules:
    - filters:
        - type: ExternalAuth
          externalAuth:
            protocol: GRPC
            backendRef: { name: ${options.service}, namespace: ${options.serviceNamespace}, port: ${options.port} }
            # No allowedHeaders: Warder sees, and so can remove, every field of the client.
            grpc: {}
      # Every rule needs the filter: one without it is open.
      backendRefs: [{ name: ${options.target}, port: 8080 }]
${referenceGrant(options, { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' })}`

export const gatewayApi: Proxy = {
  name: 'gateway-api',
  title: 'Gateway API',
  asks: CHECK_DIALECT,
  docs: 'docs/envoy.md',
  keepsIdleSeconds: 60,
  carries: { ...ENVOY_CARRIES, path: 'normalised', largestHeadBytes: 60 * 1024 },
  snippet: manifestCommand({
    name: 'gateway-api',
    summary: 'an HTTPRoute with the filter ExternalAuth',
    description: 'Prints an HTTPRoute of the Gateway API with the filter ExternalAuth.',
    target: { flag: 'httproute', help: 'the HTTPRoute, and the Service of the application', value: 'app' },
    write: gatewayApiManifest,
  }),
}
