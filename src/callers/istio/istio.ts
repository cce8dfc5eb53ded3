/** Istio: an extension provider of the mesh, and the policy that uses it. */
import { CHECK_DIALECT } from '../envoy-grpc/check-dialect.ts'
import { manifestCommand, manifestComment, type ManifestOptions } from '../envoy-grpc/kubernetes.ts'
import { ENVOY_CARRIES } from '../envoy/envoy.ts'
import type { Proxy } from '../proxy.ts'

/** Two documents: a part of the mesh's configuration, and a resource. */
export const istioManifest = (options: ManifestOptions): string => `\
${manifestComment('Istio', options)}
#
# The first document belongs into the configuration of the mesh (the ConfigMap istio, or meshConfig of the installation);
# it has no resource of its own. The second one is for kubectl apply.
meshConfig:
  extensionProviders:
    - name: warder
      envoyExtAuthzGrpc:
        service: ${options.service}.${options.serviceNamespace}.svc.cluster.local
        port: ${options.port}
        # Istio's default is 600 s.
        timeout: 3s
        # Without a decision, nothing passes, and clients keep their tokens: the default is 403.
        failOpen: false
        statusOnError: "503"
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: warder, namespace: ${options.namespace} }
spec:
  selector: { matchLabels: { app: ${options.target} } }
  action: CUSTOM
  provider: { name: warder }
  # Every request; public paths belong into the routes of Warder.
  rules: [{}]
`

export const istio: Proxy = {
  name: 'istio',
  title: 'Istio',
  asks: CHECK_DIALECT,
  docs: 'docs/envoy.md',
  keepsIdleSeconds: 60,
  // pathNormalization of the mesh, BASE by default.
  carries: { ...ENVOY_CARRIES, path: 'normalised', largestHeadBytes: 60 * 1024 },
  snippet: manifestCommand({
    name: 'istio',
    summary: 'an extension provider and a policy for Istio',
    description:
      'Prints an extension provider for the mesh of Istio, and the AuthorizationPolicy that uses it.',
    target: { flag: 'app', help: 'label `app` of the pods', value: 'app' },
    write: istioManifest,
  }),
}
