/** A guarded site whose HAProxy asks by SPOE. */
import type { Cleanup } from './cleanup.ts'
import { startGuardedSite, type GuardedSite, type SiteOptions } from './guarded-site.ts'
import { haproxyFront } from './haproxy.ts'
import { freePort } from './loopback.ts'

/** Short, so that a hung agent is cheap. */
export const QUICK = (engine: string): string =>
  engine.replace('timeout processing 3s', 'timeout processing 500ms')

export async function siteBySpoe(
  cleanup: Cleanup,
  options: SiteOptions = {},
  edits: Parameters<typeof haproxyFront>[0] = {},
): Promise<GuardedSite> {
  const spoe = await freePort()
  const { between, extraListen = '', ...others } = options
  return startGuardedSite(cleanup, {
    ...others,
    front: haproxyFront({ by: 'spoe', ...edits }),
    extraListen: `, spoe: "127.0.0.1:${spoe}"${extraListen}`,
    between: async () => (between === undefined ? spoe : between(spoe)),
  })
}
