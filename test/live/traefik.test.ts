/** The suites of every proxy through a real Traefik. */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { traefikSnippet, type TraefikSnippetOptions } from '../../src/callers/traefik/snippet.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort } from '../support/live/loopback.ts'
import { ask } from '../support/live/raw-client.ts'
import { createTestCa } from '../support/test-ca.ts'
import { traefik } from '../../src/callers/traefik/traefik.ts'
import { decisionsSuite } from '../support/live/proxy-suites/decisions.ts'
import { http2Suite } from '../support/live/proxy-suites/http2.ts'
import type { LiveProxy } from '../support/live/proxy-suites/live-proxy.ts'
import { outagesSuite } from '../support/live/proxy-suites/outages.ts'
import { pathsSuite } from '../support/live/proxy-suites/paths.ts'
import { spoofingSuite } from '../support/live/proxy-suites/spoofing.ts'
import { upgradesSuite } from '../support/live/proxy-suites/upgrades.ts'
import { loadTraefik, traefikFront } from '../support/live/traefik.ts'

const live: LiveProxy = {
  name: 'Traefik',
  programs: ['traefik'],
  proxy: traefik,
  front: traefikFront(),
  refuses: { twoTokens: false, authorizationInConnection: true },
  trusts: { any200: true },
  // Thirty seconds.
  waits: undefined,
}

const OPTIONS = {
  decisions: ['127.0.0.1:9180'],
  identityNames: ['X-Auth-Subject'],
  upstream: 'http://127.0.0.1:8000',
  serverNames: ['api.example.com'],
  certificate: undefined,
  entryPoints: [],
}

liveSuite('Traefik and the printed text', ['traefik'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  const texts: readonly (readonly [string, Partial<TraefikSnippetOptions>])[] = [
    ['every host', { serverNames: [] }],
    ['several hosts and an IPv6 address', { serverNames: ['a.example.com', 'b'], decisions: ['[::1]:9180'] }],
    ['entry points, and an application with TLS', { entryPoints: ['web'], upstream: 'https://app.internal' }],
    ['no identity header', { identityNames: [] }],
    ['many long identity headers', { identityNames: ['Null', 'On', `X-${'a'.repeat(62)}`] }],
  ]
  for (const [what, more] of texts) {
    it(`is loaded without an error for ${what}`, async () => {
      const { program, loaded } = await loadTraefik(
        traefikSnippet({ ...OPTIONS, ...more }),
        await freePort(),
        cleanup,
      )
      const parts = Object.entries({ ...loaded.routers, ...loaded.middlewares })
      expect(parts.length).toBeGreaterThan(8)
      for (const [name, { status, error }] of parts)
        expect([name, status, error]).toEqual([name, 'enabled', undefined])
      expect(program.output()).not.toContain('ERR')
    })
  }
})

liveSuite('Traefik that does not clean paths', ['traefik'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    site = await startGuardedSite(cleanup, { front: traefikFront('{ sanitizePath: false }') })
  })
  afterAll(() => cleanup.run())

  for (const target of [
    '//orders/1',
    '/orders//1',
    '/orders/../closed/1',
    '/orders/%2e%2e/closed/1',
    '/orders/./1',
  ])
    it(`asks about ${target} as it is, and Warder denies it`, async () => {
      const response = await site.ask({ target }, site.mint())
      expect([response.status, response.values('X-Decision-Reason')]).toEqual([403, ['path_ambiguous']])
      expect(site.app.received).toEqual([])
    })
})

liveSuite('Traefik with a certificate', ['traefik', 'openssl'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('guards the site over TLS alone: without it, no router matches', async () => {
    const ca = createTestCa()
    cleanup.add(() => ca.remove())
    const port = await freePort()
    const certificate = ca.issue('api.example.com')
    await loadTraefik(traefikSnippet({ ...OPTIONS, certificate }), port, cleanup)
    expect((await ask(port, { target: '/public/1' })).status).toBe(404)
  })
})

http2Suite(live, (certificate) => async ({ decisions, identityNames, upstream, port }, cleanup) => {
  const text = traefikSnippet({ ...OPTIONS, decisions: [decisions], identityNames, upstream, certificate })
  return (await loadTraefik(text, port, cleanup)).program
})
decisionsSuite(live)
spoofingSuite(live)
pathsSuite(live)
upgradesSuite(live)
outagesSuite(live)
