/** The lines of docs/callers.md with which proxies ask Warder over TLS, in the real programs. */
import { readFileSync } from 'node:fs'
import { afterAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { CONFORMING, nameOf, type ConformingProxy } from '../support/live/conformance/proxies.ts'
import { startConformanceSite, type ConformanceSite } from '../support/live/conformance/site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { ask } from '../support/live/raw-client.ts'
import { createTestCa, type IssuedCertificate, type TestCa } from '../support/test-ca.ts'

const [, PAGE = ''] =
  /## TLS between proxy and Warder\n([^]*?)\n## /.exec(
    readFileSync(new URL('../../docs/callers.md', import.meta.url), 'utf8'),
  ) ?? []

/** What is written as code in the row of a proxy. */
const codeOf = (title: string): readonly string[] => {
  const [, row = ''] =
    new RegExp(`^\\| ${title} \\| (in |the first ).*$`, 'm').exec(PAGE)?.[0]?.split(/ \| /) ?? []
  return [...row.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}
const [, envoyBlock = ''] = /```yaml\n( *transport_socket:\n[^`]*)```/.exec(PAGE) ?? []

const swap = (text: string, old: string | RegExp, now: string): string => {
  const edited = text.replace(old, () => now)
  if (edited === text) throw new Error(`the snippet has no ${String(old)}`)
  return edited
}

const envoyText = (text: string): string =>
  swap(
    text,
    /\n {6}load_assignment:\n {8}cluster_name: warder\n/,
    `\n${envoyBlock.replaceAll(/^(?=.)/gm, '      ')}      load_assignment:\n        cluster_name: warder\n`,
  )

const caddyText =
  (trust: RegExp) =>
  (text: string): string => {
    const code = codeOf('Caddy')
    const at = /reverse_proxy 127\.0\.0\.1:(\d+)/.exec(text)?.[1] ?? ''
    const [asks = ''] = code.filter((line) => line.startsWith('reverse_proxy https:'))
    const lines = code.filter((line) => trust.test(line) || line.startsWith('tls_client_auth'))
    const asking = swap(text, `reverse_proxy 127.0.0.1:${at}`, asks.replace('9180', at))
    return swap(asking, 'transport http {\n', `transport http {\n${lines.join('\n')}\n`)
  }

/** By the name of the proxy: the printed text with the lines of the page. */
const EDITS: Readonly<Record<string, (text: string) => string>> = {
  nginx: (text) => swap(text, 'proxy_pass http://warder/v1/auth/nginx;', codeOf('nginx').slice(1).join('\n')),
  traefik(text) {
    const [, address = '', tls = ''] = codeOf('Traefik')
    const port = /address: "http:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1] ?? ''
    return swap(text, /address: "http:[^"]*"/, `${address.replace('9180', port)}\n        ${tls}`)
  },
  caddy: caddyText(/^tls_trust_pool/),
  'caddy-2.6': caddyText(/^tls_trusted_ca_certs/),
  envoy: envoyText,
  'envoy-grpc': (text) => {
    const [, line = ''] = /with `(alpn_protocols: \[h2\])`/.exec(PAGE) ?? []
    return swap(
      envoyText(text),
      /^( *)common_tls_context:\n(?= +tls_certificates)/m,
      `          common_tls_context:\n            ${line}\n`,
    )
  },
}

for (const proxy of CONFORMING) {
  const edit = EDITS[nameOf(proxy)]
  if (edit === undefined) continue
  liveSuite(`${nameOf(proxy)}: the lines that ask over TLS`, [...proxy.programs, 'openssl'], () => {
    const cleanup = createCleanup()
    const trusted = newCa()
    const client = trusted.issue('proxy.internal')
    afterAll(() => cleanup.run())

    function newCa(): TestCa {
      const ca = createTestCa()
      cleanup.add(() => ca.remove())
      return ca
    }
    const start = (warder: IssuedCertificate): Promise<ConformanceSite> => {
      const tls = `tls: { cert_file: "${warder.certFile}", key_file: "${warder.keyFile}", client_ca_file: "${trusted.caFile}" }`
      const withFiles = (text: string): string =>
        edit(text)
          // The machine has no other name for itself.
          .replaceAll('warder.internal', 'localhost')
          .replaceAll('proxy.pem', client.certFile)
          .replaceAll('proxy.key', client.keyFile)
          .replaceAll(/(?<=[" :])ca\.pem/g, trusted.caFile)
      const edited: ConformingProxy = {
        ...proxy,
        extraListen: `${proxy.extraListen ?? ''}, ${tls}`,
        start: (at, ending) => proxy.start({ ...at, editSnippet: withFiles }, ending),
      }
      return startConformanceSite(edited, cleanup)
    }
    const askWithToken = ({ port, mint }: ConformanceSite) =>
      ask(port, { target: '/orders/1', headers: [['Authorization', `Bearer ${mint()}`]] })

    it('bring allows and denials', async () => {
      const site = await start(trusted.issue('localhost'))
      expect((await askWithToken(site)).status).toBe(200)
      expect(site.app.received.at(-1)?.values('X-Auth-Subject')).toEqual(['alice'])
      const denied = await ask(site.port, { target: '/orders/1' })
      expect([denied.status, denied.values('X-Decision-Reason')]).toEqual([401, ['token_missing']])
    })

    it('let nothing pass if the certificate is not of the named authority, or for another name', async () => {
      for (const other of [newCa().issue('localhost'), trusted.issue('other.internal')]) {
        const site = await start(other)
        expect((await askWithToken(site)).status).toBeGreaterThanOrEqual(500)
        expect(site.app.received).toEqual([])
        expect(site.decisions).toEqual([])
      }
    })
  })
}
