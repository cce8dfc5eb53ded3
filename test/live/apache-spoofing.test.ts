import { afterAll, beforeAll } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { apacheFront } from '../support/live/apache.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { identityComesFromWarderAlone } from '../support/live/spoofed-identity.ts'

liveSuite('Apache and identity headers of the client', ['apache2', 'lua-socket'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    site = await startGuardedSite(cleanup, { front: apacheFront() })
  })
  afterAll(() => cleanup.run())

  identityComesFromWarderAlone(() => site)
})
