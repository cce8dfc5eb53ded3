/** Traefik, as operators configure it: its ForwardAuth middleware. */
import { forward } from '../forward/forward.ts'
import type { Proxy } from '../proxy.ts'
import { traefikSnippetCommand } from './snippet-command.ts'

export const traefik: Proxy = {
  name: 'traefik',
  title: 'Traefik',
  asks: forward,
  docs: 'docs/traefik.md',
  // Of Go's transport, which ForwardAuth cannot change.
  keepsIdleSeconds: 90,
  carries: {
    statuses: [401, 403, 503],
    challenge: 'always',
    denialBody: 'relayed',
    absentIdentity: 'empty',
    path: 'normalised',
    asksAboutPreflights: true,
    webSocket: true,
    // `http.maxHeaderBytes` of an entry point.
    largestHeadBytes: 1024 * 1024,
    // Fixed in ForwardAuth.
    answersWithinMs: 30_000,
    whenUnreachable: 500,
  },
  snippet: traefikSnippetCommand,
}
