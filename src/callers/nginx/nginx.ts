/** nginx `auth_request`, and what works like it (ingress-nginx, OpenResty). */
import type { Proxy } from '../proxy.ts'
import { nginxDialect } from './dialect.ts'
import { nginxSnippetCommand } from './snippet-command.ts'

export const nginx: Proxy = {
  name: 'nginx',
  ...nginxDialect,
  docs: 'docs/nginx.md',
  // `keepalive_timeout` of an upstream block.
  keepsIdleSeconds: 60,
  snippet: nginxSnippetCommand,
}
