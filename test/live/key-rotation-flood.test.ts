import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { sendAll, startLoad } from '../support/live/load.ts'
import { waitFor } from '../support/live/loopback.ts'
import { createPhases } from '../support/live/phases.ts'
import { createSigningJwk } from '../support/live/provider-handler.ts'
import { startRotatingProvider, type RotatingProvider } from '../support/live/rotating-provider.ts'
import { issuerLine, SITE_AUDIENCE, startServedSite, type ServedSite } from '../support/live/served-site.ts'
import { renameKey } from '../support/live/tampered-tokens.ts'

const KIDS = 1_000

liveSuite('a flood of tokens with random key ids', ['nginx'], () => {
  const cleanup = createCleanup()
  let provider: RotatingProvider
  let site: ServedSite
  let good = ''
  beforeAll(async () => {
    provider = await startRotatingProvider(cleanup, createSigningJwk('real-1'))
    site = await startServedSite(cleanup, { issuers: [issuerLine('main', provider.issuer, 'cooldown: 30s')] })
    good = await provider.token(SITE_AUDIENCE)
    await waitFor('the first keys', async () => (await site.ask(good)).status === 200 || undefined)
  })
  afterAll(() => cleanup.run())

  it('is denied without exception, causes two fetches at most, and does not touch good tokens', async () => {
    const before = { keys: provider.keyFetches(), discoveries: provider.discoveries() }
    const phases = createPhases({ good: [good] })
    const load = startLoad(site.port, phases.nextShot)
    const answers = await sendAll(
      site.port,
      Array.from({ length: KIDS }, () => renameKey(good, randomUUID())),
    )
    await phases.enter('after the flood')
    await load.stop()
    expect(answers).toHaveLength(KIDS)
    for (const answer of answers) expect(answer).toEqual({ status: 401, reason: 'kid_unknown' })
    expect(phases.answers('good')).toEqual(['200'])
    // Of the key set, and of the document that has its address.
    expect(provider.keyFetches() - before.keys).toBeLessThanOrEqual(2)
    expect(provider.discoveries() - before.discoveries).toBeLessThanOrEqual(2)
    expect((await site.readiness()).lines.join('\n')).toContain('[+] issuer main: 1 key')
  })
})
