/** The suites of every proxy through a real Caddy, of two versions. */
import { afterAll, expect, it } from 'bun:test'
import { caddy } from '../../src/callers/caddy/caddy.ts'
import { caddySnippet, type CaddySnippetOptions } from '../../src/callers/caddy/snippet.ts'
import { CADDIES, caddyFront, startCaddy, testCaddyfile } from '../support/live/caddy.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { decisionsSuite } from '../support/live/proxy-suites/decisions.ts'
import { http2Suite } from '../support/live/proxy-suites/http2.ts'
import type { LiveProxy } from '../support/live/proxy-suites/live-proxy.ts'
import { outagesSuite } from '../support/live/proxy-suites/outages.ts'
import { pathsSuite } from '../support/live/proxy-suites/paths.ts'
import { spoofingSuite } from '../support/live/proxy-suites/spoofing.ts'
import { upgradesSuite } from '../support/live/proxy-suites/upgrades.ts'

const OPTIONS: CaddySnippetOptions = {
  decisions: ['127.0.0.1:9180'],
  identityNames: ['X-Auth-Subject'],
  upstream: 'http://127.0.0.1:8000',
  serverNames: ['api.example.com'],
  certificate: undefined,
  listen: undefined,
}

/** About the test's own settings, the lack of TLS, and a line that only later versions need. */
const EXPECTED = /admin endpoint disabled|automatic HTTP|no automatic HTTPS|Unnecessary header_up Host/

for (const [name, program] of CADDIES) {
  liveSuite(`${name} and the printed text`, [program], () => {
    const cleanup = createCleanup()
    afterAll(() => cleanup.run())

    const listen = { port: 8080 }
    const texts: readonly (readonly [string, Partial<CaddySnippetOptions>])[] = [
      ['certificates of its own', {}],
      ['every host', { serverNames: [] }],
      [
        'several hosts on one address',
        { serverNames: ['a.example.com', 'b'], listen: { host: '127.0.0.1', port: 1 } },
      ],
      [
        'sockets and several Warders',
        { decisions: ['unix:/run/w.sock', '[::1]:9180', 'warder:9180'], listen },
      ],
      ['an application with TLS', { upstream: 'https://app.internal', listen }],
      ['no identity header', { identityNames: [], listen }],
      ['many long identity headers', { identityNames: ['Null', 'On', `X-${'a'.repeat(62)}`], listen }],
    ]
    for (const [what, more] of texts) {
      it(`is valid, without a warning, for ${what}`, async () => {
        const { code, complaints } = await testCaddyfile(
          program,
          caddySnippet({ ...OPTIONS, ...more }),
          cleanup,
        )
        expect(complaints.filter((line) => !EXPECTED.test(line))).toEqual([])
        expect(code).toBe(0)
      })
    }

    it('leaves the name of no variable in a header that Warder does not send', async () => {
      // An identity header that the text still has, and Warder's configuration no more.
      const editSnippet = (text: string): string => text.replaceAll('X-Auth-Roles', 'X-Auth-Gone')
      const site = await startGuardedSite(cleanup, { front: caddyFront(program), editSnippet })
      const headers = [['X-Auth-Gone', 'mallory']] as const
      expect((await site.ask({ target: '/orders/1', headers }, site.mint())).status).toBe(200)
      expect(site.app.received.at(-1)?.values('X-Auth-Gone')).toEqual([])
    })
  })

  const live: LiveProxy = {
    name,
    programs: [program],
    proxy: caddy,
    front: caddyFront(program),
    refuses: { twoTokens: false, authorizationInConnection: false },
    trusts: { any200: false },
    waits: { line: 'response_header_timeout 3s', shorter: 'response_header_timeout 200ms' },
  }
  http2Suite(live, (certificate) => ({ decisions, identityNames, upstream, port }, cleanup) => {
    const site = {
      decisions: [decisions],
      identityNames,
      upstream,
      certificate,
      listen: { host: '127.0.0.1', port },
    }
    return startCaddy(program, caddySnippet({ ...OPTIONS, ...site }), port, cleanup)
  })
  decisionsSuite(live)
  spoofingSuite(live)
  pathsSuite(live)
  upgradesSuite(live)
  outagesSuite(live)
}
