/** HAProxy, which asks with Warder's Lua action. */
import { forward } from '../forward/forward.ts'
import type { Proxy } from '../proxy.ts'
import { HAPROXY_HEAD_BYTES } from './global-section.ts'
import { haproxySnippetCommand } from './snippet-command.ts'

export const haproxy: Proxy = {
  name: 'haproxy',
  title: 'HAProxy',
  asks: forward,
  docs: 'docs/haproxy.md',
  // `tune.pool-purge-delay` of a server is 5s.
  keepsIdleSeconds: 10,
  carries: {
    statuses: [401, 403, 503],
    challenge: 'always',
    denialBody: 'relayed',
    absentIdentity: 'removed',
    path: 'raw',
    asksAboutPreflights: true,
    webSocket: true,
    largestHeadBytes: HAPROXY_HEAD_BYTES,
    // Four attempts before 2.9, two since.
    answersWithinMs: 6_000,
    whenUnreachable: 503,
  },
  snippet: haproxySnippetCommand,
}
