/** Caddy, as operators configure it: forward auth, spelled out. */
import { forward } from '../forward/forward.ts'
import type { Proxy } from '../proxy.ts'
import { CADDY_KEEPS_SECONDS } from './ask-warder.ts'
import { LARGEST_HEAD_KIB } from './snippet.ts'
import { caddySnippetCommand } from './snippet-command.ts'

export const caddy: Proxy = {
  name: 'caddy',
  title: 'Caddy',
  asks: forward,
  docs: 'docs/caddy.md',
  keepsIdleSeconds: CADDY_KEEPS_SECONDS,
  carries: {
    statuses: [401, 403, 503],
    challenge: 'always',
    denialBody: 'relayed',
    absentIdentity: 'removed',
    // Only a path with characters that no URL has, such as `|` and `"`: Go escapes it anew, and `%2F` becomes `/`.
    path: 'normalised',
    asksAboutPreflights: true,
    webSocket: true,
    largestHeadBytes: LARGEST_HEAD_KIB * 1024,
    answersWithinMs: 3_000,
    whenUnreachable: 503,
  },
  snippet: caddySnippetCommand,
}
