/** Apache APISIX, as operators configure it: its forward-auth plugin. */
import { forward } from '../forward/forward.ts'
import type { Proxy } from '../proxy.ts'
import { APISIX_TIMEOUT_MS, APISIX_KEEPS_SECONDS } from './plugins.ts'
import { apisixSnippetCommand } from './snippet-command.ts'

export const apisix: Proxy = {
  name: 'apisix',
  title: 'APISIX',
  asks: forward,
  docs: 'docs/apisix.md',
  keepsIdleSeconds: APISIX_KEEPS_SECONDS,
  carries: {
    statuses: [401, 403, 503],
    challenge: 'always',
    denialBody: 'relayed',
    absentIdentity: 'empty',
    path: 'raw',
    asksAboutPreflights: true,
    webSocket: true,
    // `large_client_header_buffers`, nginx's default.
    largestHeadBytes: 32 * 1024,
    answersWithinMs: APISIX_TIMEOUT_MS,
    whenUnreachable: 503,
  },
  snippet: apisixSnippetCommand,
}
