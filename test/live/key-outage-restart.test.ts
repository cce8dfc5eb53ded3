import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'bun:test'
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
/** nginx answers this when it cannot ask Warder. */
const UNDECIDED = '503 proxy_error'

interface RestartCase {
  readonly startup: 'snapshot' | 'serve'
  /** Answers to good and to tampered tokens between the restart and the return of the provider. */
  readonly good: readonly string[]
  readonly tampered: readonly string[]
  /** Of `/readyz`. */
  readonly status: number
  readonly mark: string
}

const CASES: readonly RestartCase[] = [
  { startup: 'snapshot', good: ['200'], tampered: ['401 signature_invalid'], status: 200, mark: '[~]' },
  {
    startup: 'serve',
    good: ['503 keys_unavailable'],
    tampered: ['503 keys_unavailable'],
    status: 503,
    mark: '[-]',
  },
]

liveSuite('the provider and Warder are killed under load, and Warder is restarted first', ['nginx'], () => {
  let cleanup = createCleanup()
  afterEach(async () => {
    await cleanup.run()
    cleanup = createCleanup()
  })

  for (const { startup, good, tampered, status, mark } of CASES) {
    it(`\`startup: ${startup}\` answers good tokens with ${good.join()}`, async () => {
      const port = await freePort()
      const provider = await startOidcProvider(cleanup, { port, keys: [KEY] })
      const issuer = issuerLine('main', provider.issuer, `refresh: 1s, startup: ${startup}`)
      const site = await startServedSite(cleanup, { issuers: [issuer] })
      const tokens = await mintTokens(10, provider.issuer, KEY, SITE_AUDIENCE)
      const [token = ''] = tokens
      await waitFor('the first keys', async () => (await site.ask(token)).status === 200 || undefined)
      const snapshot = join(site.stateDir, 'main.keys.json')
      if (startup === 'snapshot') await waitFor('the snapshot', () => existsSync(snapshot) || undefined)
      const asked = site.app.received.length

      const phases = createPhases({
        good: tokens,
        tampered: await tamperWith(token, KEY.kid, createSigningJwk('other')),
      })
      const load = startLoad(site.port, phases.nextShot)
      await phases.enter('before')
      await provider.program.stop('SIGKILL')
      await phases.enter('without provider')
      phases.leave()
      await site.warder().stop('SIGKILL')
      await phases.enter('without both')
      phases.leave()
      await site.restart()
      await phases.enter('restarted')
      const readiness = await site.readiness()
      phases.leave()
      await startOidcProvider(cleanup, { port, keys: [KEY] })
      await waitFor('fresh keys', async () => {
        const { lines } = await site.readiness()
        return lines.some((line) => line.startsWith('[+] issuer main: 1 key')) || undefined
      })
      await phases.enter('recovered')
      await load.stop()

      for (const phase of ['before', 'without provider', 'recovered']) {
        expect(phases.answers('good', phase), phase).toEqual(['200'])
        expect(phases.answers('tampered', phase), phase).toEqual(['401 signature_invalid'])
      }
      for (const kind of ['good', 'tampered'])
        expect(phases.answers(kind, 'without both')).toEqual([UNDECIDED])
      expect(phases.answers('good', 'restarted')).toEqual([...good])
      expect(phases.answers('tampered', 'restarted')).toEqual([...tampered])
      expect(readiness.status).toBe(status)
      expect(readiness.lines.join('\n')).toContain(`${mark} issuer main`)
      // Also in between: no client was asked to throw its token away, and nothing else got through.
      expect(phases.answers('good')).toEqual([...new Set(['200', UNDECIDED, ...good])].sort())
      expect(phases.answers('tampered')).toEqual(
        [...new Set(['401 signature_invalid', UNDECIDED, ...tampered])].sort(),
      )
      expect(site.app.received.length - asked).toBe(phases.count('200'))
    })
  }
})
