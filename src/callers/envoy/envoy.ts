/** Envoy, as operators configure it: its filter ext_authz, over HTTP. */
import type { Abilities } from '../abilities.ts'
import type { Proxy } from '../proxy.ts'
import { envoyDialect } from './dialect.ts'
import { envoySnippetCommand } from './snippet-command.ts'

/** In both ways of asking. */
export const ENVOY_CARRIES: Abilities = {
  statuses: [401, 403, 503],
  challenge: 'always',
  denialBody: 'relayed',
  absentIdentity: 'removed',
  path: 'raw',
  asksAboutPreflights: true,
  webSocket: true,
  largestHeadBytes: 96 * 1024,
  answersWithinMs: 3_000,
  whenUnreachable: 503,
}

export const envoy: Proxy = {
  name: 'envoy',
  title: 'Envoy',
  asks: envoyDialect,
  docs: 'docs/envoy.md',
  keepsIdleSeconds: 60,
  // It takes a 503 of Warder for a failure, and answers with its own.
  carries: { ...ENVOY_CARRIES, statuses: [401, 403] },
  snippet: envoySnippetCommand,
}
