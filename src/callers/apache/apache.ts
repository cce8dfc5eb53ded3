/** Apache httpd, which asks with Lua in its configuration. */
import { forward } from '../forward/forward.ts'
import type { Proxy } from '../proxy.ts'
import { ANSWER_SECONDS } from './lua-hook.ts'
import { apacheSnippetCommand } from './snippet-command.ts'
import { APACHE_FIELD_BYTES } from './snippet.ts'

export const apache: Proxy = {
  name: 'apache',
  title: 'Apache httpd',
  asks: forward,
  docs: 'docs/apache.md',
  // A thread keeps its connection until Warder closes it, and connects again then.
  keepsIdleSeconds: 60,
  carries: {
    statuses: [401, 403, 503],
    challenge: 'always',
    denialBody: 'relayed',
    absentIdentity: 'removed',
    path: 'raw',
    asksAboutPreflights: true,
    webSocket: true,
    largestHeadBytes: APACHE_FIELD_BYTES,
    answersWithinMs: ANSWER_SECONDS * 1000,
    whenUnreachable: 503,
  },
  snippet: apacheSnippetCommand,
}
