import { afterEach, describe, expect, it } from 'bun:test'
import { compileRewrite, rewritePath } from '../../../src/gateway/exchange/rewrite-path.ts'
import { showConfig } from '../../../src/config/show-config.ts'
import { loadBad, loadGood } from '../../config/load-text.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { ask } from '../../support/live/raw-client.ts'
import { runGateway, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const config = (server: string, more: string, path = '/api/**'): string => `version: 1
routes:
  - { name: api, match: { path: ${path} }, access: public, upstream: app, ${more} }
upstreams: { app: { servers: ["${server}"] } }
listen: { decisions: "127.0.0.1:0", admin: off, gateway: "127.0.0.1:0" }
drain: 0s
`

describe('a rewritten path', () => {
  /** Prefix to take away, prefix to add, the path, what is left. */
  const CASES: readonly (readonly [string, string, string, string])[] = [
    ['/api', '/', '/api/x', '/x'],
    ['/api', '/', '/api', '/'],
    ['/api', '/', '/api/', '/'],
    ['/api', '/v2', '/api', '/v2'],
    ['/api', '/v2/', '/api/', '/v2/'],
    ['/api', '/v2', '/api/x/y/', '/v2/x/y/'],
    ['/a/b', '/', '/a/b/c', '/c'],
    ['/', '/v2', '/x', '/v2/x'],
    ['/', '/v2', '/', '/v2/'],
    ['/api', '/', '/%61pi/%41%20b', '/%41%20b'],
    ['/api', '/é x', '/api/y', '/%C3%A9%20x/y'],
  ]
  for (const [strip, add, path, expected] of CASES)
    it(`of ${path} without ${strip} below ${add} is ${expected}`, () =>
      expect(rewritePath(path, compileRewrite({ stripPrefix: strip, addPrefix: add }))).toBe(expected))

  it('is what the upstream is sent, with the query as it came', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(config(app.url, 'strip_prefix: /api, add_prefix: /v2'), cleanup)
    await ask(gateway.port, { target: '/%61pi/a%20b?x=%7e&y' })
    expect(app.received.map(({ target }) => target)).toEqual(['/v2/a%20b?x=%7e&y'])
  })

  it('is written into a warder.yaml as it was read', async () => {
    const { settings } = await loadGood(config('http://a:1', 'strip_prefix: /api'))
    expect(settings.routes[0]?.rewrite).toEqual({ stripPrefix: '/api', addPrefix: '/' })
    expect((await loadGood(showConfig(settings))).settings).toEqual(settings)
  })

  const BAD: readonly (readonly [string, string, string])[] = [
    ['a path of the route is not below', 'strip_prefix: /apis', 'ERR_CONFIG_PATH'],
    ['it has a wildcard', 'strip_prefix: "/*"', 'ERR_CONFIG_PATH'],
    ['it has an escape', 'add_prefix: /%2e', 'ERR_CONFIG_PATH'],
  ]
  for (const [why, more, code] of BAD)
    it(`is refused if ${why}`, async () => {
      const { diagnostics } = await loadBad(config('http://a:1', more))
      const errors = diagnostics.filter(({ severity }) => severity === 'error')
      expect(errors.map((error) => error.code as string)).toEqual([code])
    })

  it('is refused if nothing is forwarded', async () => {
    const text = config('http://a:1', 'strip_prefix: /api').replace(
      'access: public, upstream: app',
      'access: deny',
    )
    const { diagnostics } = await loadBad(text)
    expect(diagnostics.map(({ code }) => code as string)).toContain('ERR_CONFIG_USELESS_KEY')
  })
})
