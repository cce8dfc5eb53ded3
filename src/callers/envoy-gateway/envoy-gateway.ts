/** Envoy Gateway: a SecurityPolicy. */
import { CHECK_DIALECT } from '../envoy-grpc/check-dialect.ts'
import {
  manifestCommand,
  manifestComment,
  referenceGrant,
  type ManifestOptions,
} from '../envoy-grpc/kubernetes.ts'
import { ENVOY_CARRIES } from '../envoy/envoy.ts'
import type { Proxy } from '../proxy.ts'

export const envoyGatewayManifest = (options: ManifestOptions): string => `\
${manifestComment('Envoy Gateway', options)}
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: { name: warder-${options.target}, namespace: ${options.namespace} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${options.target} }]
  extAuth:
    # Without a decision, nothing passes, and clients keep their tokens: the default is 403. With true, requests would
    # also pass while this resource is invalid.
    failOpen: false
    statusOnError: 503
    timeout: 3s
    # To let one policy judge instead of the routes of Warder:
    # contextExtensions: [{ name: policy, type: Value, value: NAME }]
    grpc:
      backendRefs: [{ name: ${options.service}, namespace: ${options.serviceNamespace}, port: ${options.port} }]
${referenceGrant(options, { group: 'gateway.envoyproxy.io', kind: 'SecurityPolicy' })}`

export const envoyGateway: Proxy = {
  name: 'envoy-gateway',
  title: 'Envoy Gateway',
  asks: CHECK_DIALECT,
  docs: 'docs/envoy.md',
  keepsIdleSeconds: 60,
  carries: { ...ENVOY_CARRIES, path: 'normalised', largestHeadBytes: 60 * 1024 },
  snippet: manifestCommand({
    name: 'envoy-gateway',
    summary: 'a SecurityPolicy for Envoy Gateway',
    description: 'Prints a SecurityPolicy for Envoy Gateway, which guards an HTTPRoute.',
    target: { flag: 'httproute', help: 'the HTTPRoute to guard', value: 'app' },
    write: envoyGatewayManifest,
  }),
}
