import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startLoad, type Load } from '../support/live/load.ts'
import { freePort, waitFor } from '../support/live/loopback.ts'
import { mintTokens } from '../support/live/mint-token.ts'
import { startOidcProvider, type OidcProvider } from '../support/live/oidc-provider.ts'
import { createPhases, type Phases } from '../support/live/phases.ts'
import { createSigningJwk } from '../support/live/provider-handler.ts'
import { issuerLine, SITE_AUDIENCE, startServedSite, type ServedSite } from '../support/live/served-site.ts'
import { stripSignature, tamperWith } from '../support/live/tampered-tokens.ts'

const OLD = createSigningJwk('old')
const NEXT = createSigningJwk('next')

liveSuite('the provider is killed under load', ['nginx'], () => {
  const cleanup = createCleanup()
  let provider: OidcProvider
  let site: ServedSite
  let phases: Phases
  let load: Load
  let port = 0

  beforeAll(async () => {
    port = await freePort()
    provider = await startOidcProvider(cleanup, { port, keys: [OLD] })
    site = await startServedSite(cleanup, {
      issuers: [issuerLine('main', provider.issuer, 'refresh: 1s, cooldown: 1s')],
    })
    const good = await mintTokens(20, provider.issuer, OLD, SITE_AUDIENCE)
    phases = createPhases({
      good,
      next: await mintTokens(5, provider.issuer, NEXT, SITE_AUDIENCE),
      tampered: await tamperWith(good[0] ?? '', OLD.kid, NEXT),
      unsigned: [stripSignature(good[0] ?? '', OLD.kid)],
    })
    await isReady('[+]')
    load = startLoad(site.port, phases.nextShot)
  })
  afterAll(() => cleanup.run())

  const isReady = (mark: string): Promise<readonly string[]> =>
    waitFor(`${mark} of the issuer`, async () => {
      const { lines } = await site.readiness()
      return lines.some((line) => line.startsWith(`${mark} issuer main`)) ? lines : undefined
    })

  it('good tokens stay good, and new keys cannot be known', async () => {
    await phases.enter('before')
    await provider.program.stop('SIGKILL')
    await phases.enter('outage')
    const lines = await isReady('[~]')
    await phases.enter('long outage')
    for (const phase of ['before', 'outage', 'long outage']) {
      expect(phases.answers('good', phase), phase).toEqual(['200'])
      expect(phases.answers('next', phase), phase).toEqual(['401 kid_unknown'])
    }
    expect(lines.join('\n')).toMatch(/^\[~\] issuer main: 1 key, .*last error: .*next attempt in/m)
    expect((await site.readiness()).status).toBe(200)
  })

  it('and Warder recovers by itself when the provider is back, with another key', async () => {
    phases.leave()
    provider = await startOidcProvider(cleanup, { port, keys: [NEXT, OLD] })
    await isReady('[+]')
    await waitFor('the next key', () => phases.answers('next').includes('200') || undefined)
    await phases.enter('after')
    await load.stop()
    expect(phases.answers('good')).toEqual(['200'])
    expect(phases.answers('next', 'after')).toEqual(['200'])
    expect(phases.answers('next')).toEqual(['200', '401 kid_unknown'])
  })

  it('and unsigned tokens were denied at every moment, and never reached the application', () => {
    expect(phases.answers('tampered')).toEqual(['401 signature_invalid'])
    expect(phases.answers('unsigned')).toEqual(['401 alg_not_allowed'])
    expect(site.app.received.length).toBe(phases.count('200'))
    expect(new Set(site.app.received.flatMap((request) => request.values('X-Auth-Subject')))).toEqual(
      new Set(['shop']),
    )
  })
})
