import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startOidcProvider, type OidcProvider } from '../support/live/oidc-provider.ts'

const AUDIENCE = 'https://orders.example.com/'
const ROTATIONS = 20
const CLIENTS = 4

/** What clients send now. */
interface Current {
  readonly token: string
  /** False while it is open whether its key is still accepted. */
  readonly isCertain: boolean
}

liveSuite('key rotations of a real OpenID provider under load', ['nginx'], () => {
  const cleanup = createCleanup()
  let provider: OidcProvider
  let site: GuardedSite
  // The cooldown between two unknown kids passes on Warder's clock, not on ours.
  let aheadMs = 0
  beforeAll(async () => {
    provider = await startOidcProvider(cleanup)
    site = await startGuardedSite(cleanup, {
      issuer: provider.issuer,
      audience: AUDIENCE,
      keys: '{ allow_http: true, cooldown: 1s, first_fetch_wait: 10s }',
      nowMs: () => Date.now() + aheadMs,
    })
  })
  afterAll(() => cleanup.run())

  const mint = (): Promise<string> => provider.token('orders:read', AUDIENCE)
  const statusOf = async (token: string): Promise<number> =>
    (await site.ask({ target: '/orders/1' }, token)).status
  const forge = (token: string): string => token.slice(0, -8) + 'A'.repeat(8)

  for (const overlap of [true, false]) {
    it(`answers nothing wrongly over ${ROTATIONS} rotations ${overlap ? 'with' : 'without'} overlap`, async () => {
      let current: Current = { token: await mint(), isCertain: true }
      const over = new AbortController()
      let answers = 0
      const wrong: string[] = []
      const client = async (): Promise<void> => {
        while (!over.signal.aborted) {
          const asked = current
          const [good, forged] = [await statusOf(asked.token), await statusOf(forge(asked.token))]
          answers += 2
          if (forged !== 401) wrong.push(`forged: ${forged}`)
          // Without overlap, a token may have lost its key while it was on its way.
          if (asked.isCertain && (overlap || asked === current) && good !== 200) wrong.push(`good: ${good}`)
        }
      }
      const clients = Array.from({ length: CLIENTS }, client)
      for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
        const { token: old } = current
        const oldUnseen = await mint()
        aheadMs += 1_100
        if (!overlap) current = { token: old, isCertain: false }
        await provider.rotate(overlap)
        const next = await mint()
        expect(await statusOf(next)).toBe(200)
        // Whoever accepts the new key has seen the new set: what is not in it is over, cached or not.
        const left = overlap ? 200 : 401
        expect([await statusOf(old), await statusOf(oldUnseen)]).toEqual([left, left])
        current = { token: next, isCertain: true }
      }
      over.abort()
      await Promise.all(clients)
      expect(wrong).toEqual([])
      expect(answers).toBeGreaterThan(ROTATIONS)
    })
  }
})
