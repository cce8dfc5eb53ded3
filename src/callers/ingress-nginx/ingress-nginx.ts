/** ingress-nginx, the Kubernetes controller: its `auth-url`. */
import { nginxDialect } from '../nginx/dialect.ts'
import type { Proxy } from '../proxy.ts'
import { ingressNginxSnippetCommand } from './snippet-command.ts'

export const ingressNginx: Proxy = {
  name: 'ingress-nginx',
  title: 'ingress-nginx',
  asks: nginxDialect,
  docs: 'docs/ingress-nginx.md',
  // `upstream-keepalive-timeout` is not used for auth-url: it opens a connection for each question.
  keepsIdleSeconds: 60,
  carries: {
    statuses: [401, 403],
    challenge: '401 only',
    denialBody: 'none',
    absentIdentity: 'removed',
    path: 'raw',
    asksAboutPreflights: true,
    webSocket: true,
    // `large-client-header-buffers`, nginx's default.
    largestHeadBytes: 32 * 1024,
    // `auth_request` has the timeouts of the Ingress: 60 seconds.
    answersWithinMs: 60_000,
    whenUnreachable: 500,
  },
  snippet: ingressNginxSnippetCommand,
}
