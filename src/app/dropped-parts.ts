/** Refuses a changed file that would remove everything that guards. */
import { toDiagnostic, type Diagnostic } from '../config/diagnostic.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import type { Settings } from '../settings/definition.ts'

const PARTS: readonly (readonly [name: string, count: (settings: Settings) => number])[] = [
  ['routes', ({ routes }) => routes.length],
  [
    'guarded routes',
    ({ routes }) =>
      routes.filter((route) => route.access.kind !== 'public' && route.allowAnonymous !== true).length,
  ],
  ['policies', ({ policies }) => policies.length],
  ['issuers', ({ issuers }) => issuers.length],
]

/**
 * The beginning of a file is often a valid configuration, and a weaker one: without routes, any valid token is
 * allowed everywhere. A writer may pause for longer than Warder waits, so a configuration that has lost all of a kind
 * is taken only when somebody asks for it.
 */
export function droppedParts(running: Settings, next: LoadedConfig): readonly Diagnostic[] {
  const dropped = PARTS.filter(([, count]) => count(running) > 0 && count(next.settings) === 0)
  return dropped.map(([name, count]) =>
    toDiagnostic(
      {
        code: 'ERR_SERVER_RELOAD_DROPS',
        message: `the changed file has no ${name}; ${count(running)} are in force`,
        hints: [
          'if the file is not complete yet, write the rest of it',
          `if this is meant, ask for the reload: kill -HUP ${process.pid}`,
        ],
      },
      undefined,
      next.positionOf(''),
    ),
  )
}
