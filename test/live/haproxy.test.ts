import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import type { HaproxyCertificate } from '../../src/callers/haproxy/site.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { decisionsReachClientAndApplication } from '../support/live/decisions.ts'
import { IDENTITY_NAMES, startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { haproxyFront, testHaproxyConfig, type HaproxyOptions } from '../support/live/haproxy.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort } from '../support/live/loopback.ts'
import { createTestCa } from '../support/test-ca.ts'

const OPTIONS: HaproxyOptions = {
  decisions: ['127.0.0.1:9180'],
  identityNames: IDENTITY_NAMES,
  upstream: 'http://127.0.0.1:8000',
  serverNames: [],
  certificate: undefined,
  listen: '127.0.0.1:8080',
}

liveSuite('HAProxy with the printed files', ['haproxy', 'openssl'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    site = await startGuardedSite(cleanup, { front: haproxyFront() })
  })
  afterAll(() => cleanup.run())

  const accepted: readonly (readonly [string, Partial<HaproxyOptions>])[] = [
    ['for Warder on a TCP address', {}],
    ['for Warder on an IPv6 address', { decisions: ['[::1]:9180'] }],
    ['for Warder on a unix socket', { decisions: ['unix:/run/warder/decisions.sock'] }],
    ['for several Warders', { decisions: ['127.0.0.1:9180', '127.0.0.1:9280'] }],
    ['for several hosts', { serverNames: ['api.example.com', 'www.example.com'] }],
    ['for a port alone', { listen: '8080' }],
    ['for every address', { listen: '*:8080' }],
    ['for an IPv6 address', { listen: '[::1]:8080' }],
    ['for an application with TLS', { upstream: 'https://127.0.0.1:8443' }],
    ['without identity headers', { identityNames: [] }],
    [
      'with many long identity headers',
      {
        identityNames: Array.from({ length: 30 }, (_, i) => `X-${'a'.repeat(58)}${i}`),
      },
    ],
  ]
  for (const [name, options] of accepted) {
    it(`accepts the text ${name}, without a warning`, async () => {
      const { code, output } = await testHaproxyConfig({ ...OPTIONS, ...options }, cleanup)
      // Later versions print nothing.
      expect(['Configuration file is valid\n', '']).toContain(output)
      expect(code).toBe(0)
    })
  }

  const certificates: readonly (readonly [string, (cert: string, key: string) => HaproxyCertificate])[] = [
    [
      'with its key',
      (cert, key) => {
        appendFileSync(cert, readFileSync(key))
        return { certFile: cert, keyReplacesCrt: false }
      },
    ],
    [
      'with its key in FILE.key',
      (cert, key) => {
        renameSync(key, `${cert}.key`)
        return { certFile: cert, keyReplacesCrt: false }
      },
    ],
    [
      'site.crt with its key in site.key',
      (cert, key) => {
        const [certFile, keyFile] = [join(dirname(cert), 'x.crt'), join(dirname(cert), 'x.key')]
        renameSync(cert, certFile)
        renameSync(key, keyFile)
        return { certFile, keyReplacesCrt: true }
      },
    ],
  ]
  for (const [name, prepare] of certificates) {
    it(`accepts the text with a certificate ${name}`, async () => {
      const ca = createTestCa()
      cleanup.add(() => ca.remove())
      const { certFile, keyFile } = ca.issue('api.example.com')
      const certificate = prepare(certFile, keyFile)
      const { code, output } = await testHaproxyConfig({ ...OPTIONS, certificate }, cleanup)
      // Later versions print nothing.
      expect(['Configuration file is valid\n', '']).toContain(output)
      expect(code).toBe(0)
    })
  }

  decisionsReachClientAndApplication(() => site)
})

liveSuite('HAProxy with the changes that its page describes', ['haproxy', 'openssl'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())
  const page = readFileSync(new URL('../../docs/haproxy.md', import.meta.url), 'utf8')

  it('logs status and id of each decision', async () => {
    const [line = ''] = /^ {4}log-format .*$/m.exec(page) ?? []
    const editSnippet = (text: string): string => text.replace(/^ {4}option httplog$/m, line)
    const site = await startGuardedSite(cleanup, { front: haproxyFront(), editSnippet })
    await site.ask({ target: '/orders/1' }, site.mint())
    const denied = await site.ask({ target: '/orders/2' })
    const [allowId = ''] = site.app.received.at(-1)?.values('X-Decision-Id') ?? []
    const [denyId = ''] = denied.values('X-Decision-Id')
    for (const end of [`/orders/1 HTTP/1.1" 200 ${allowId}\n`, `/orders/2 HTTP/1.1" 401 ${denyId}\n`])
      await site.front.ready('the log line', () => site.front.output().includes(end) || undefined)
    expect([allowId.length, denyId.length]).toEqual([26, 26])
  })

  it('writes one line of log for each request', async () => {
    const site = await startGuardedSite(cleanup, { front: haproxyFront() })
    for (let i = 0; i < 5; i++) await site.ask({ target: `/orders/${i}` }, site.mint())
    await site.front.ready('the last line', () => site.front.output().includes('/orders/4') || undefined)
    expect(site.front.output().match(/ HTTP\/1\.1"/g)).toHaveLength(5)
  })

  it('hides the reason of a denial', async () => {
    const [, rule = ''] = /`(http-after-response [^`]*)`/.exec(page) ?? []
    const site = await startGuardedSite(cleanup, {
      front: haproxyFront({ editLua: (lua) => lua.replace('body = answer.body', 'body = ""') }),
      editSnippet: (text) => text.replace(/^ {4}bind .*$/m, (line) => `${line}\n    ${rule}`),
    })
    const response = await site.ask({ target: '/orders/1' })
    expect([response.status, response.body]).toEqual([401, ''])
    expect(response.values('X-Decision-Reason')).toEqual([])
    expect(response.values('X-Decision-Id')).toHaveLength(1)
  })

  it('judges by a policy that is named after the path', async () => {
    const editSnippet = (text: string): string =>
      text.replace('/v1/auth/forward\n', '/v1/auth/forward/write\n')
    const site = await startGuardedSite(cleanup, { front: haproxyFront(), editSnippet })
    expect((await site.ask({ target: '/any/1' }, site.mint())).status).toBe(403)
    expect((await site.ask({ target: '/any/1' }, site.mint({ scope: 'orders:write' }))).status).toBe(200)
  })

  it('sends a secret that Warder wants of its callers, and hides it from the application', async () => {
    const site = await startGuardedSite(cleanup, {
      front: haproxyFront(),
      extraConfig: 'trusted_callers: [{ secret: sesame-sesame-sesame-sesame }]',
      editSnippet: (text) =>
        text.replace(
          /^ {4}http-request lua\.warder .*$/m,
          (line) =>
            `    http-request set-header X-Warder-Secret sesame-sesame-sesame-sesame\n${line}\n    http-request del-header X-Warder-Secret`,
        ),
    })
    const headers = [['X-Warder-Secret', 'guess']] as const
    expect((await site.ask({ target: '/orders/1', headers }, site.mint())).status).toBe(200)
    expect(site.app.received.at(-1)?.values('X-Warder-Secret')).toEqual([])
  })

  it('asks over TLS, with a certificate, through a section of its own', async () => {
    const ca = createTestCa()
    cleanup.add(() => ca.remove())
    const [server, proxy] = [ca.issue('warder.internal'), ca.issue('proxy.internal')]
    const proxyFile = join(ca.directory, 'proxy.pem')
    writeFileSync(proxyFile, proxy.cert + proxy.key)
    const port = await freePort()
    const [, section = ''] = /\n\n((?: {4}listen warder-tls\n)(?: {4}.*\n)*)/.exec(page) ?? []
    const editSnippet = (text: string): string => {
      const [, address = ''] = /^ {4}server warder1 (\S+)/m.exec(text) ?? []
      const added = section
        .replaceAll(/^ {4}/gm, '')
        .replace('127.0.0.1:9280', `127.0.0.1:${port}`)
        .replace('10.0.0.1:9180', address)
        .replace('/etc/haproxy/ca.pem', ca.caFile)
        .replace('/etc/haproxy/proxy.pem', proxyFile)
      return `${text.replace(`server warder1 ${address}`, `server warder1 127.0.0.1:${port}`)}\n${added}`
    }
    const site = await startGuardedSite(cleanup, {
      front: haproxyFront(),
      editSnippet,
      extraListen: `, tls: { cert_file: "${server.certFile}", key_file: "${server.keyFile}", client_ca_file: "${ca.caFile}" }`,
    })
    expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
    expect((await site.ask({ target: '/orders/1' })).values('X-Decision-Reason')).toEqual(['token_missing'])
  })
})
