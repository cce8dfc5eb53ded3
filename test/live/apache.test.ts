import { afterAll, beforeAll, expect, it } from 'bun:test'
import type { ApacheSnippetOptions } from '../../src/callers/apache/site.ts'
import { apacheFront, testApacheConfig } from '../support/live/apache.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { decisionsReachClientAndApplication } from '../support/live/decisions.ts'
import { IDENTITY_NAMES, startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { createTestCa } from '../support/test-ca.ts'

const OPTIONS: ApacheSnippetOptions = {
  decisions: ['127.0.0.1:9180'],
  identityNames: IDENTITY_NAMES,
  upstream: 'http://127.0.0.1:8000',
  serverNames: [],
  certificate: undefined,
  listen: '127.0.0.1:8080',
}

liveSuite('Apache with the printed text', ['apache2', 'lua-socket', 'openssl'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    site = await startGuardedSite(cleanup, { front: apacheFront() })
  })
  afterAll(() => cleanup.run())

  const accepted: readonly (readonly [string, Partial<ApacheSnippetOptions>])[] = [
    ['for Warder on a TCP address', {}],
    ['for Warder on an IPv6 address', { decisions: ['[::1]:9180'] }],
    ['for Warder on a unix socket', { decisions: ['unix:/run/warder/decisions.sock'] }],
    ['for several Warders', { decisions: ['127.0.0.1:9180', '127.0.0.1:9280'] }],
    ['for several hosts', { serverNames: ['api.example.com', 'www.example.com'] }],
    ['for a port alone', { listen: '8080' }],
    ['for port 80', { listen: '80' }],
    ['for every address', { listen: '*:8080' }],
    ['for an IPv6 address', { listen: '[::1]:8080', serverNames: ['api.example.com'] }],
    ['for an application with TLS', { upstream: 'https://127.0.0.1:8443' }],
    ['without identity headers', { identityNames: [] }],
    [
      'with many long identity headers',
      { identityNames: Array.from({ length: 30 }, (_, i) => `X-${'a'.repeat(58)}${i}`) },
    ],
  ]
  for (const [name, options] of accepted) {
    it(`accepts the text ${name}, without a warning`, async () => {
      const { code, output } = await testApacheConfig({ ...OPTIONS, ...options }, cleanup)
      expect(output).toBe('Syntax OK\n')
      expect(code).toBe(0)
    })
  }

  it('accepts the text with a certificate', async () => {
    const ca = createTestCa()
    cleanup.add(() => ca.remove())
    const certificate = ca.issue('api.example.com')
    const { code, output } = await testApacheConfig({ ...OPTIONS, certificate }, cleanup)
    expect(output).toBe('Syntax OK\n')
    expect(code).toBe(0)
  })

  decisionsReachClientAndApplication(() => site)
})

liveSuite('Apache with the changes that its page describes', ['apache2', 'lua-socket'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('logs status, id and reason of each decision', async () => {
    const site = await startGuardedSite(cleanup, { front: apacheFront() })
    await site.ask({ target: '/orders/1' }, site.mint())
    const denied = await site.ask({ target: '/orders/2' })
    const [allowId = ''] = site.app.received.at(-1)?.values('X-Decision-Id') ?? []
    const [denyId = ''] = denied.values('X-Decision-Id')
    for (const line of [
      `"GET /orders/1 HTTP/1.1" 200 ${allowId} -\n`,
      `"GET /orders/2 HTTP/1.1" 401 ${denyId} token_missing\n`,
    ])
      await site.front.ready('the log line', () => site.front.output().includes(line) || undefined)
    expect([allowId.length, denyId.length]).toEqual([26, 26])
  })

  it('hides the reason of a denial, and adds other fields', async () => {
    const site = await startGuardedSite(cleanup, {
      front: apacheFront({ extra: 'Header always unset X-Decision-Reason\nHeader always set X-Own yes' }),
      editSnippet: (text) => text.replace('answer.status, answer.body)', 'answer.status, "")'),
    })
    const response = await site.ask({ target: '/orders/1' })
    expect([response.status, response.body]).toEqual([401, ''])
    expect(response.values('X-Decision-Reason')).toEqual([])
    expect(response.values('X-Own')).toEqual(['yes'])
    expect(response.values('X-Decision-Id')).toHaveLength(1)
    expect(response.values('WWW-Authenticate')).toHaveLength(1)
  })

  it('judges by a policy that is named after the path', async () => {
    const editSnippet = (text: string): string => text.replace('/v1/auth/forward"', '/v1/auth/forward/write"')
    const site = await startGuardedSite(cleanup, { front: apacheFront(), editSnippet })
    expect((await site.ask({ target: '/any/1' }, site.mint())).status).toBe(403)
    expect((await site.ask({ target: '/any/1' }, site.mint({ scope: 'orders:write' }))).status).toBe(200)
  })

  it('sends a secret that Warder wants of its callers, and hides it from the application', async () => {
    const site = await startGuardedSite(cleanup, {
      front: apacheFront(),
      extraConfig: 'trusted_callers: [{ secret: sesame-sesame-sesame-sesame }]',
      editSnippet: (text) =>
        text
          .replace(
            /^ {4}RequestHeader unset .* early$/m,
            '    RequestHeader set X-Warder-Secret sesame-sesame-sesame-sesame early',
          )
          .replace(/^ {4}ProxyAddHeaders/m, '    RequestHeader unset X-Warder-Secret\n    ProxyAddHeaders'),
    })
    const headers = [['X-Warder-Secret', 'guess']] as const
    expect((await site.ask({ target: '/orders/1', headers }, site.mint())).status).toBe(200)
    expect(site.app.received.at(-1)?.values('X-Warder-Secret')).toEqual([])
  })
})
