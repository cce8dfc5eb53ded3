/** nginx, as operators configure it. */
import type { Proxy } from '../proxy.ts'
import { nginxDialect } from './dialect.ts'
import { nginxSnippetCommand } from './snippet-command.ts'

export const nginx: Proxy = {
  name: 'nginx',
  title: 'nginx',
  asks: nginxDialect,
  docs: 'docs/nginx.md',
  // `keepalive_timeout` of an upstream block.
  keepsIdleSeconds: 60,
  carries: {
    statuses: [401, 403, 503],
    challenge: 'always',
    denialBody: 'rewritten',
    absentIdentity: 'removed',
    path: 'raw',
    asksAboutPreflights: true,
    webSocket: true,
    largestHeadBytes: 72 * 1024,
    answersWithinMs: 3_000,
    whenUnreachable: 503,
  },
  snippet: nginxSnippetCommand,
}
