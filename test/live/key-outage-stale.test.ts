import { join } from 'node:path'
import { afterAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startLoad } from '../support/live/load.ts'
import { freePort, waitFor } from '../support/live/loopback.ts'
import { mintTokens } from '../support/live/mint-token.ts'
import { startOidcProvider } from '../support/live/oidc-provider.ts'
import { createPhases } from '../support/live/phases.ts'
import { createSigningJwk } from '../support/live/provider-handler.ts'
import { issuerLine, SITE_AUDIENCE, startServedSite } from '../support/live/served-site.ts'
import { tamperWith } from '../support/live/tampered-tokens.ts'

const KEY = createSigningJwk('only')

liveSuite('an outage that is longer than `max_stale`', ['nginx'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('turns 200 into 503 and never into 401, and ends when the provider is back', async () => {
    const port = await freePort()
    const provider = await startOidcProvider(cleanup, { port, keys: [KEY] })
    const site = await startServedSite(cleanup, {
      issuers: [issuerLine('main', provider.issuer, 'refresh: 1s, max_stale: 1m')],
      // Nobody waits a minute: the clock of Warder's processes jumps.
      preload: join(import.meta.dir, '../support/live/clock-jump.ts'),
    })
    const good = await mintTokens(10, provider.issuer, KEY, SITE_AUDIENCE)
    const [token = ''] = good
    const hasLine = (line: RegExp): Promise<boolean> =>
      waitFor(`${line} in readiness`, async () => {
        const { lines } = await site.readiness()
        return lines.some((found) => line.test(found)) || undefined
      })
    await hasLine(/^\[\+\] issuer main: 1 key/)
    const phases = createPhases({
      good,
      tampered: await tamperWith(token, KEY.kid, createSigningJwk('other')),
    })
    const load = startLoad(site.port, phases.nextShot)
    await phases.enter('before')
    await provider.program.stop('SIGKILL')
    await hasLine(/^\[~\] issuer main: .* last error/)
    await phases.enter('stale')
    phases.leave()
    const { lines } = await site.readiness()
    const workers = lines.flatMap((line) => /worker \d+, process (\d+)/.exec(line)?.[1] ?? [])
    for (const pid of [site.warder().pid, ...workers.map(Number)]) process.kill(pid, 'SIGUSR2')
    await hasLine(/^\[~\] issuer main: .* too old to be used/)
    await phases.enter('too old')
    const readiness = await site.readiness()
    const answer = await site.ask(token)
    phases.leave()
    await startOidcProvider(cleanup, { port, keys: [KEY] })
    await hasLine(/^\[\+\] issuer main: 1 key/)
    await phases.enter('recovered')
    await load.stop()

    for (const phase of ['before', 'stale', 'recovered']) {
      expect(phases.answers('good', phase), phase).toEqual(['200'])
      expect(phases.answers('tampered', phase), phase).toEqual(['401 signature_invalid'])
    }
    for (const kind of ['good', 'tampered'])
      expect(phases.answers(kind, 'too old')).toEqual(['503 keys_unavailable'])
    expect(phases.answers('good')).toEqual(['200', '503 keys_unavailable'])
    expect(phases.answers('tampered')).toEqual(['401 signature_invalid', '503 keys_unavailable'])
    expect(site.app.received.length).toBe(phases.count('200'))
    // Not unready: the tokens of other issuers are still judged.
    expect(readiness.status).toBe(200)
    expect(Number(answer.values('Retry-After')[0])).toBeGreaterThan(0)
    expect(answer.values('WWW-Authenticate')).toEqual([])
  })
})
