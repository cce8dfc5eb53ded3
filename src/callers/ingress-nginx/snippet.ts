/** The manifests that make ingress-nginx ask Warder. */
import { fieldsToRemove, identityFields } from '../field-names.ts'
import { nginxDialect } from '../nginx/dialect.ts'
import type { SnippetFacts } from '../proxy.ts'
import { HTTP_SNIPPET, SERVER_SNIPPET } from './controller-text.ts'

export interface IngressNginxSnippetOptions extends SnippetFacts {
  readonly service: { readonly name: string; readonly port: number }
  /** Empty: every host. */
  readonly serverNames: readonly string[]
  readonly namespace: string
  readonly controllerNamespace: string
  readonly tlsSecret?: string
}

/** The controller sends these itself, and a second line of the same name would be a second field. */
const WRITTEN = [
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Port',
  'X-Forwarded-Proto',
  'X-Forwarded-Scheme',
  'X-Original-Forwarded-For',
  'X-Real-IP',
  'X-Scheme',
  'Proxy',
]

/**
 * Manifests for ingress-nginx 1.9 or later, separated by `---`.
 *
 * @throws TypeError when an identity header has a name that cannot be written.
 */
export function ingressNginxSnippet(options: IngressNginxSnippetOptions): string {
  const [decisions = ''] = options.decisions
  const identity = identityFields(options.identityNames)
  const { namespace, controllerNamespace } = options
  return `\
# For ingress-nginx 1.9 or later. The last two are for the whole controller.
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: warder-site
  namespace: ${namespace}
  annotations:
    nginx.ingress.kubernetes.io/auth-url: "http://${decisions}/v1/auth/${nginxDialect.name}"
    # Warder's values replace those of the client; an empty one removes the field. nginx drops X_Auth_Subject and
    # X.Auth.Subject by itself: keep \`enable-underscores-in-headers\` and \`ignore-invalid-headers\` at their defaults.
    nginx.ingress.kubernetes.io/auth-response-headers: "${[...identity, 'X-Decision-Id'].join(',')}"
    # No auth-cache-key: a decision is for one request. No auth-keepalive: it drops the challenge.
spec:
  ingressClassName: nginx
${tls(options)}\
  rules:
${rules(options)}
---
# Merge into the ConfigMap of the controller. Without it, clients reach an application that supports \`Upgrade: h2c\`
# without a decision, and \`GET http://other.example/\` is judged by its Host field.
apiVersion: v1
kind: ConfigMap
metadata:
  name: ingress-nginx-controller
  namespace: ${controllerNamespace}
data:
  proxy-set-headers: "${controllerNamespace}/warder-removed-headers"
  http-snippet: |
${indented(HTTP_SNIPPET)}
  server-snippet: |
${indented(SERVER_SNIPPET)}
---
# Fields that are removed from every request to an application: in them, applications and frameworks look for another
# method, path, host, scheme, sender or user than the judged one. If a proxy in front of the controller writes one of
# them and an application needs it, delete the line, but only if no client can bypass that proxy.
#
# The controller writes these itself: ${WRITTEN.slice(0, 5).join(', ')},
# ${WRITTEN.slice(5).join(', ')}. No application may trust X-Original-Forwarded-For: it has what the
# client wrote into X-Forwarded-For.
apiVersion: v1
kind: ConfigMap
metadata:
  name: warder-removed-headers
  namespace: ${controllerNamespace}
data:
${fieldsToRemove([...WRITTEN, ...identity])
  .map((name) => `  ${JSON.stringify(name)}: ""`)
  .join('\n')}
`
}

const indented = (text: string): string => text.trimEnd().replaceAll(/^(?=.)/gm, '    ')

const tls = ({ tlsSecret, serverNames }: IngressNginxSnippetOptions): string =>
  tlsSecret === undefined
    ? ''
    : `  tls:\n    - secretName: ${tlsSecret}\n${serverNames.length === 0 ? '' : `      hosts: [${serverNames.map(quoted).join(', ')}]\n`}`

const rules = ({ serverNames, service }: IngressNginxSnippetOptions): string =>
  (serverNames.length === 0 ? [''] : serverNames.map((name) => `host: ${quoted(name)}\n      `))
    .map(
      (host) => `\
    - ${host}http:
        paths:
          - path: /
            pathType: Prefix
            backend: { service: { name: ${service.name}, port: { number: ${service.port} } } }`,
    )
    .join('\n')

const quoted = (text: string): string => JSON.stringify(text)
