import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { openClient } from '../support/live/raw-client.ts'
import { foldedValues, identityComesFromWarderAlone } from '../support/live/spoofed-identity.ts'

liveSuite('nginx and identity headers of the client', ['nginx'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    site = await startGuardedSite(cleanup)
  })
  afterAll(() => cleanup.run())

  identityComesFromWarderAlone(() => site)
})

liveSuite('nginx whose default server lets underscores in', ['nginx'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    const lax = (listen: string): string =>
      `server { listen ${listen}; underscores_in_headers on; return 404; }\n`
    const editSnippet = (text: string): string => lax(/listen ([^;]+);/.exec(text)?.[1] ?? '') + text
    site = await startGuardedSite(cleanup, { editSnippet })
  })
  afterAll(() => cleanup.run())

  const ALIAS = 'X_Auth_Subject: mallory\r\n'
  const HOST = 'Host: api.example.com\r\n'
  const cases = [
    // What comes before Host is read with the settings of the default server: docs/nginx.md states it.
    ['reaches the application before Host', ALIAS + HOST, ['mallory', 'alice']],
    ['is dropped after Host', HOST + ALIAS, ['alice']],
  ] as const
  for (const [name, head, expected] of cases) {
    it(`an alias ${name}`, async () => {
      const client = await openClient(site.port)
      client.send(`GET /orders/1 HTTP/1.1\r\n${head}Authorization: Bearer ${site.mint()}\r\n\r\n`)
      expect((await client.receive()).status).toBe(200)
      client.close()
      expect([...foldedValues(site.app.received.at(-1), 'X-Auth-Subject')].toSorted()).toEqual(
        [...expected].toSorted(),
      )
    })
  }
})
