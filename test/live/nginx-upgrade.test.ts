import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { waitFor } from '../support/live/loopback.ts'
import {
  attackByUpgrade,
  H2C,
  onlyWebSocketsPass,
  startUpgradeField,
  type UpgradeField,
} from '../support/live/upgrades.ts'

/** The line of most examples, which passes on whatever protocol the client asks for. */
const withClientsUpgrade = (text: string): string => {
  const wrong = text
    .replace('Upgrade $warder_upgrade;', 'Upgrade $http_upgrade;')
    .replace('Connection $warder_connection;', 'Connection "upgrade, http2-settings";')
    .replace('proxy_set_header HTTP2-Settings "";', '')
  if (wrong === text) throw new Error('the snippet has no such line')
  return wrong
}

liveSuite(
  'nginx and an application that changes to HTTP/2 when it is asked to',
  ['nginx', 'hypercorn'],
  () => {
    const cleanup = createCleanup()
    afterAll(() => cleanup.run())

    it('the attack reaches a closed path if `Upgrade` is handed on', async () => {
      const field = await startUpgradeField(cleanup, { editSnippet: withClientsUpgrade })
      expect((await attackByUpgrade(field, H2C, cleanup)).status).toBe(101)
      await waitFor('the smuggled request', () =>
        field.app.served().includes('2 GET /closed/secret root') ? true : undefined,
      )
    })

    describe('with the printed text', () => {
      let field: UpgradeField
      beforeAll(async () => {
        field = await startUpgradeField(cleanup)
      })
      onlyWebSocketsPass(() => field, cleanup)
    })
  },
)
