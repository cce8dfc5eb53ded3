import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { startDripServer, type DripServer } from '../support/live/drip-server.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { sendAll, toAnswer } from '../support/live/load.ts'
import { waitFor } from '../support/live/loopback.ts'
import { createSigningJwk } from '../support/live/provider-handler.ts'
import { startRotatingProvider, type RotatingProvider } from '../support/live/rotating-provider.ts'
import { issuerLine, SITE_AUDIENCE, startServedSite, type ServedSite } from '../support/live/served-site.ts'
import { renameKey } from '../support/live/tampered-tokens.ts'

const DECISIONS = 200
const SLOW = createTestIssuer('https://slow.example.test')

liveSuite('one issuer sends its keys byte by byte', ['nginx'], () => {
  const cleanup = createCleanup()
  let slow: DripServer
  let healthy: RotatingProvider
  let site: ServedSite
  beforeAll(async () => {
    slow = await startDripServer(JSON.stringify(SLOW.jwks()), cleanup)
    healthy = await startRotatingProvider(cleanup, createSigningJwk('healthy-1'))
    site = await startServedSite(cleanup, {
      issuers: [
        issuerLine(
          'slow',
          SLOW.issuer,
          `jwks_url: "${slow.url}", refresh: 1s, timeout: 60s, first_fetch_wait: 10s`,
        ),
        issuerLine('healthy', healthy.issuer, 'refresh: 1s'),
      ],
      // Longer than first_fetch_wait, as the documentation asks for.
      editSnippet: (text) => text.replace('proxy_read_timeout 3s', 'proxy_read_timeout 30s'),
    })
    await waitFor('the slow fetch', () => slow.pending() === 1 || undefined)
  })
  afterAll(() => cleanup.run())

  const slowToken = (): string =>
    SLOW.mint({ aud: SITE_AUDIENCE, sub: 'shop', scope: 'orders:read' }, Date.now() / 1000)

  it('the tokens of the other one are decided meanwhile, those of the slow one when its keys are there', async () => {
    const order: string[] = []
    const waiting = site.ask(slowToken()).then((response) => {
      order.push('slow')
      return toAnswer(response)
    })
    const tokens = await Promise.all(Array.from({ length: 5 }, () => healthy.token(SITE_AUDIENCE)))
    const answers = await sendAll(
      site.port,
      Array.from({ length: DECISIONS }, (_, index) => tokens[index % tokens.length] ?? ''),
    )
    order.push('healthy')
    expect(answers).toHaveLength(DECISIONS)
    for (const answer of answers) expect(answer.status).toBe(200)
    expect({ pending: slow.pending(), requests: slow.requests() }).toEqual({ pending: 1, requests: 1 })
    slow.finish()
    expect((await waiting).status).toBe(200)
    expect(order).toEqual(['healthy', 'slow'])
  })

  it('and a slow refresh delays no request, not even with its own known keys', async () => {
    await waitFor('the slow refresh', () => slow.pending() === 1 || undefined)
    const fetches = healthy.keyFetches()
    const token = await healthy.token(SITE_AUDIENCE)
    const order: string[] = []
    const waiting = site.ask(renameKey(slowToken(), 'not there')).then((response) => {
      order.push('unknown')
      return toAnswer(response)
    })
    const mixed = Array.from({ length: DECISIONS }, (_, index) => (index % 2 === 0 ? token : slowToken()))
    for (const answer of await sendAll(site.port, mixed)) expect(answer.status).toBe(200)
    order.push('known')
    // The other one is also refreshed meanwhile.
    await waitFor('a refresh of the other issuer', () => healthy.keyFetches() > fetches + 1 || undefined)
    expect({ pending: slow.pending(), requests: slow.requests() }).toEqual({ pending: 1, requests: 2 })
    slow.finish()
    expect(await waiting).toEqual({ status: 401, reason: 'kid_unknown' })
    expect(order).toEqual(['known', 'unknown'])
  })
})
