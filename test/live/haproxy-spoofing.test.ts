import { afterAll, beforeAll } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { haproxyFront } from '../support/live/haproxy.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { identityComesFromWarderAlone } from '../support/live/spoofed-identity.ts'

liveSuite('HAProxy and identity headers of the client', ['haproxy'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    site = await startGuardedSite(cleanup, { front: haproxyFront() })
  })
  afterAll(() => cleanup.run())

  identityComesFromWarderAlone(() => site)
})
