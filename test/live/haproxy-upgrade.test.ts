import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { haproxyFront, isHaproxy26 } from '../support/live/haproxy.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { waitFor } from '../support/live/loopback.ts'
import {
  attackByUpgrade,
  H2C,
  onlyWebSocketsPass,
  startUpgradeField,
  type UpgradeField,
} from '../support/live/upgrades.ts'

/** The text without the lines about `Upgrade`, as most examples are. */
const withClientsUpgrade = (text: string): string => {
  const wrong = text.replaceAll(
    /^ {4}http-request (?:del-header|set-header) (?:Upgrade|Connection|HTTP2-Settings).*\n/gm,
    '',
  )
  if (wrong === text) throw new Error('the text has no such line')
  return wrong
}

liveSuite(
  'HAProxy and an application that changes to HTTP/2 when it is asked to',
  ['haproxy', 'hypercorn'],
  () => {
    const cleanup = createCleanup()
    afterAll(() => cleanup.run())

    // Later versions hand on WebSocket alone.
    it.skipIf(!isHaproxy26())('the attack reaches a closed path if `Upgrade` is handed on', async () => {
      const field = await startUpgradeField(cleanup, {
        front: haproxyFront(),
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
        field = await startUpgradeField(cleanup, { front: haproxyFront() })
      })
      onlyWebSocketsPass(() => field, cleanup)
    })
  },
)
