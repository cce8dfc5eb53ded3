import { afterAll, beforeAll, expect, it } from 'bun:test'
import { nginxSnippet } from '../../src/callers/nginx/snippet.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { decisionsReachClientAndApplication } from '../support/live/decisions.ts'
import { IDENTITY_NAMES, startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { testNginxConfig } from '../support/live/nginx.ts'
import { createTestCa } from '../support/test-ca.ts'

liveSuite('nginx with the printed snippet', ['nginx', 'openssl'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    site = await startGuardedSite(cleanup)
  })
  afterAll(() => cleanup.run())

  const listeners: readonly (readonly [string, string])[] = [
    ['a TCP address', '127.0.0.1:9180'],
    ['an IPv6 address', '[::1]:9180'],
    ['a unix socket', 'unix:/run/warder/decisions.sock'],
  ]
  for (const [name, decisions] of listeners) {
    it(`accepts the text for Warder on ${name}`, async () => {
      const upstream = 'http://127.0.0.1:8000'
      const listen = '127.0.0.1:8080'
      const text = nginxSnippet({
        decisions: [decisions],
        identityNames: IDENTITY_NAMES,
        upstream,
        serverName: 'api.example.com',
        listen,
      })
      const { code, output } = await testNginxConfig(text, cleanup)
      expect(output).toContain('test is successful')
      expect(output).not.toContain('[warn]')
      expect(code).toBe(0)
    })
  }

  it('accepts the text with a certificate', async () => {
    const ca = createTestCa()
    cleanup.add(() => ca.remove())
    const text = nginxSnippet({
      decisions: ['127.0.0.1:9180', '127.0.0.1:9280'],
      // Up to the longest names that there may be.
      identityNames: [29, 30, 31, 32, 64].map((length) => `X-${'a'.repeat(length - 2)}`),
      upstream: 'http://127.0.0.1:8000',
      serverName: 'api.example.com',
      listen: '127.0.0.1:8443 ssl',
      certificate: ca.issue('api.example.com'),
    })
    const { code, output } = await testNginxConfig(text, cleanup)
    expect(output).toContain('test is successful')
    expect(output).not.toContain('[warn]')
    expect(code).toBe(0)
  })

  decisionsReachClientAndApplication(() => site)

  it('hides the auth location from clients', async () => {
    expect((await site.ask({ target: '/_warder' }, site.mint())).status).toBe(404)
  })
})
