import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { apacheFront } from '../support/live/apache.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { waitFor } from '../support/live/loopback.ts'
import {
  attackByUpgrade,
  H2C,
  onlyWebSocketsPass,
  startUpgradeField,
  type UpgradeField,
} from '../support/live/upgrades.ts'

/** Without the two places that bound it. */
const withClientsUpgrade = (text: string): string => {
  const wrong = text
    .replace('upgrade=websocket', 'upgrade=ANY')
    .replace('bound_connection(r)\n            for', 'for')
  if (wrong === text) throw new Error('the text has no such line')
  return wrong
}

liveSuite(
  'Apache and an application that changes to HTTP/2 when it is asked to',
  ['apache2', 'lua-socket', 'hypercorn'],
  () => {
    const cleanup = createCleanup()
    afterAll(() => cleanup.run())

    it('the attack reaches a closed path if `Upgrade` is handed on', async () => {
      const field = await startUpgradeField(cleanup, {
        front: apacheFront(),
        editSnippet: withClientsUpgrade,
      })
      expect((await attackByUpgrade(field, H2C, cleanup)).status).toBe(101)
      await waitFor('the smuggled request', () =>
        field.app.served().includes('2 GET /closed/secret root') ? true : undefined,
      )
    })

    describe('with the printed text', () => {
      let field: UpgradeField
      beforeAll(async () => {
        field = await startUpgradeField(cleanup, { front: apacheFront() })
      })
      onlyWebSocketsPass(() => field, cleanup)
    })
  },
)
