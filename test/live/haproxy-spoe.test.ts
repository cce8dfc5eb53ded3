/** HAProxy that asks by SPOE; the conformance and parity tests have it in their tables, too. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startCountingProxy, type CountingProxy } from '../support/live/counting-proxy.ts'
import { decisionsReachClientAndApplication } from '../support/live/decisions.ts'
import { IDENTITY_NAMES, startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { siteBySpoe } from '../support/live/haproxy-spoe.ts'
import { haproxyFront, testHaproxyConfig, type HaproxyOptions } from '../support/live/haproxy.ts'
import { mintOfSize } from '../support/live/large-tokens.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const OPTIONS: HaproxyOptions = {
  decisions: ['127.0.0.1:9191'],
  identityNames: IDENTITY_NAMES,
  upstream: 'http://127.0.0.1:8000',
  serverNames: [],
  certificate: undefined,
  listen: '127.0.0.1:8080',
}

liveSuite('HAProxy by SPOE, with the printed files', ['haproxy'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  let counter: CountingProxy | undefined
  beforeAll(async () => {
    site = await siteBySpoe(cleanup, {
      extraConfig: 'limits: { max_token_bytes: 64KiB }',
      between: async (port) => {
        counter = await startCountingProxy(port, cleanup)
        return counter.port
      },
    })
  })
  afterAll(() => cleanup.run())

  const accepted: readonly (readonly [string, Partial<HaproxyOptions>])[] = [
    ['for Warder on a TCP address', {}],
    ['for Warder on an IPv6 address', { decisions: ['[::1]:9191'] }],
    ['for Warder on a unix socket', { decisions: ['unix:/run/warder/spoe.sock'] }],
    ['for several Warders', { decisions: ['127.0.0.1:9191', '127.0.0.1:9291'] }],
    ['without identity headers', { identityNames: [] }],
    [
      'with long identity headers',
      { identityNames: Array.from({ length: 30 }, (_, i) => `X-${'a'.repeat(58)}${i}`) },
    ],
  ]
  for (const [name, options] of accepted) {
    it(`accepts the text ${name}, without a warning`, async () => {
      const { code, output } = await testHaproxyConfig({ ...OPTIONS, ...options }, cleanup, { by: 'spoe' })
      // Later versions print nothing.
      expect(['Configuration file is valid\n', '']).toContain(output)
      expect(code).toBe(0)
    })
  }

  decisionsReachClientAndApplication(() => site)

  it('keeps its connections for the next requests', async () => {
    await site.ask({ target: '/orders/1' }, site.mint())
    const before = counter?.accepted() ?? 0
    for (let i = 0; i < 200; i++)
      expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
    // The others are those of the checks, one each second.
    expect((counter?.accepted() ?? Infinity) - before).toBeLessThan(20)
  })

  for (const kib of [8, 16, 32, 60]) {
    it(`judges a token of ${kib} KiB`, async () => {
      const answer = await site.ask({ target: '/orders/1' }, mintOfSize(site, kib * 1024))
      expect(answer.status).toBe(200)
    })
  }

  it('passes nothing when the head is too long for a frame', async () => {
    const before = site.app.received.length
    const headers = Array.from({ length: 8 }, (_, i) => [`X-Field-${i}`, 'x'.repeat(9_900)] as const)
    const answer = await site.ask({ target: '/orders/1', headers })
    // By itself, HAProxy answers 400, and later versions 431.
    expect([400, 431, 503]).toContain(answer.status)
    expect(site.app.received.length).toBe(before)
  })

  it('judges requests with as many header fields as HAProxy accepts', async () => {
    const headers = Array.from({ length: 96 }, (_, i) => [`X-Field-${i}`, '1'] as const)
    expect((await site.ask({ target: '/orders/1', headers }, site.mint())).status).toBe(200)
  })

  it('shows Warder the address of the client', async () => {
    await site.ask({ target: '/orders/1' })
    expect(site.warder.log.at(-1)?.fields).toMatchObject({ via: 'spoe', client: '127.0.0.1' })
  })
})

liveSuite('HAProxy by SPOE, with the changes that its page describes', ['haproxy'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())
  const page = readFileSync(new URL('../../docs/haproxy.md', import.meta.url), 'utf8')

  it('judges by a policy that is named in the engine', async () => {
    const [, argument = ''] = /(policy=str\()NAME\)/.exec(page) ?? []
    const editEngine = (engine: string): string =>
      engine.replace(/ headers=.*$/m, (rest) => `${rest} ${argument}write)`)
    const site = await siteBySpoe(cleanup, {}, { editEngine })
    expect((await site.ask({ target: '/any/1' }, site.mint())).status).toBe(403)
    expect((await site.ask({ target: '/any/1' }, site.mint({ scope: 'orders:write' }))).status).toBe(200)
  })

  it('sends a secret that Warder wants of its callers, and hides it from the application', async () => {
    const headers = [['X-Warder-Secret', 'guess']] as const
    const extraConfig = 'trusted_callers: [{ secret: sesame-sesame-sesame-sesame }]'
    const without = await siteBySpoe(cleanup, { extraConfig })
    const refused = await without.ask({ target: '/orders/1', headers }, without.mint())
    expect([refused.status, ...refused.values('X-Decision-Reason')]).toEqual([403, 'caller_untrusted'])
    const site = await siteBySpoe(cleanup, {
      extraConfig,
      editSnippet: (cfg) =>
        cfg.replace(
          /^ {4}http-request send-spoe-group .*$/m,
          (line) =>
            `    http-request set-header X-Warder-Secret sesame-sesame-sesame-sesame\n${line}\n    http-request del-header X-Warder-Secret`,
        ),
    })
    expect((await site.ask({ target: '/orders/1', headers }, site.mint())).status).toBe(200)
    expect(site.app.received.at(-1)?.values('X-Warder-Secret')).toEqual([])
  })

  it('asks over a unix socket', async () => {
    const socket = join(createTempDir(cleanup), 'spoe.sock')
    const site = await startGuardedSite(cleanup, {
      front: haproxyFront({ by: 'spoe' }),
      extraListen: `, spoe: "unix:${socket}"`,
      editSnippet: (cfg) =>
        cfg
          .replace(/server warder1 \S+/, `server warder1 unix@${socket}`)
          .replaceAll(/^ {4}(?:user|group) .*\n/gm, ''),
    })
    expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
    expect((await site.ask({ target: '/orders/1' })).status).toBe(401)
  })

  it('logs status and id of each decision', async () => {
    const [line = ''] = /^ {4}log-format .*txn\.warder\.status.*$/m.exec(page) ?? []
    const site = await siteBySpoe(cleanup, {
      editSnippet: (cfg) => cfg.replace(/^ {4}option httplog$/m, line),
    })
    await site.ask({ target: '/orders/1' }, site.mint())
    const denied = await site.ask({ target: '/orders/2' })
    const [allowId = ''] = site.app.received.at(-1)?.values('X-Decision-Id') ?? []
    const [denyId = ''] = denied.values('X-Decision-Id')
    for (const end of [`/orders/1 HTTP/1.1" 200 ${allowId}\n`, `/orders/2 HTTP/1.1" 401 ${denyId}\n`])
      await site.front.ready('the log line', () => site.front.output().includes(end) || undefined)
    expect([allowId.length, denyId.length]).toEqual([26, 26])
  })
})
