/** The lines of docs/callers.md with which a proxy behind another one finds the client's address, in the real programs. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { CONFORMING, nameOf } from '../support/live/conformance/proxies.ts'
import { startConformanceSite, type ConformanceSite } from '../support/live/conformance/site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { openClient, requestText, type RawRequest } from '../support/live/raw-client.ts'
import { traefikFront } from '../support/live/traefik.ts'

const BALANCER = '127.0.0.2'
const ELSEWHERE = '127.0.0.3'
const CLIENT = '198.51.100.7'
const CLAIMED = '203.0.113.66'

const [, SECTION = ''] =
  /### Behind a load balancer\n([^]*?)\n(?:##|lighttpd) /.exec(
    readFileSync(new URL('../../docs/callers.md', import.meta.url), 'utf8'),
  ) ?? []

/** The code in the row of a proxy. */
const codeOf = (title: string): readonly string[] =>
  [...(new RegExp(`^\\| ${title}[^|]*\\|.*$`, 'm').exec(SECTION)?.[0] ?? '').matchAll(/`([^`]+)`/g)].map(
    ([, code = '']) => code.replace('10.0.0.0/8', `${BALANCER}/32`),
  )

const starting = (title: string, ...starts: readonly string[]): readonly string[] =>
  starts.map((start) => {
    const found = codeOf(title).find((code) => code.startsWith(start))
    if (found === undefined) throw new Error(`no ${start} in the row of ${title}`)
    return found
  })

/** Puts lines behind the first one that is found. */
function behind(text: string, anchor: RegExp, added: readonly string[]): string {
  const lines = text.split('\n')
  const at = lines.findIndex((one) => anchor.test(one))
  if (at < 0) throw new Error(`the snippet has no ${String(anchor)}`)
  const [indent = ''] = /^\s*/.exec(lines[at] ?? '') ?? []
  lines.splice(at + 1, 0, ...added.map((line) => indent + line))
  return lines.join('\n')
}

const REMOTEIP = 'LoadModule remoteip_module /usr/lib/apache2/modules/mod_remoteip.so'
const haproxy = (text: string): string =>
  behind(text, /^ *bind 127\.0\.0\.1/, starting('HAProxy', 'http-request set-src'))
const envoy = (text: string): string => {
  const [hops = '', removal = ''] = starting(
    'Envoy',
    'xff_num_trusted_hops',
    '- { remove: "X-Forwarded-For" }',
  )
  expect(text).toContain(removal)
  return behind(text, /^ *use_remote_address/, [hops])
    .replace(`${removal}\n`, '{}\n')
    .replace(/^ *\{\}\n/m, '')
}

/** By the name of the proxy. */
const EDITS: Readonly<Record<string, (text: string) => string>> = {
  nginx: (text) => [...starting('nginx', 'set_real_ip_from', 'real_ip_header'), text].join('\n'),
  haproxy,
  'haproxy-spoe': haproxy,
  apache(text) {
    const [header = '', proxies = '', unset = ''] = starting(
      'Apache httpd',
      'RemoteIPHeader',
      'RemoteIPInternal',
      'RequestHeader unset',
    )
    expect(text).toContain(unset)
    return [REMOTEIP, behind(text.replace(unset, ''), /^<VirtualHost/, [header, proxies])].join('\n')
  },
  caddy: (text) =>
    behind(
      behind(text, /^\tservers \{/, starting('Caddy', 'trusted_proxies static', 'trusted_proxies_strict')),
      /header_up X-Forwarded-Method/,
      starting('Caddy', 'header_up'),
    ),
  traefik: (text) => text,
  envoy,
  'envoy-grpc': envoy,
}

for (const proxy of CONFORMING) {
  const edit = EDITS[nameOf(proxy)]
  if (edit === undefined) continue
  const isTraefik = proxy.name === 'traefik'

  liveSuite(`${nameOf(proxy)} behind another proxy`, proxy.programs, () => {
    const cleanup = createCleanup()
    let site: ConformanceSite
    beforeAll(async () => {
      const start: typeof proxy.start = isTraefik
        ? traefikFront(undefined, starting('Traefik', 'proxyProtocol')[0])
        : proxy.start
      site = await startConformanceSite(
        { ...proxy, start: (front, ending) => start({ ...front, editSnippet: edit }, ending) },
        cleanup,
      )
    })
    afterAll(() => cleanup.run())

    const loggedClient = async (from: string, chain: string): Promise<unknown> => {
      const headers: RawRequest['headers'] = [['X-Forwarded-For', chain]]
      const client = await openClient(site.port, from)
      // To Traefik, the proxy in front names the client like this.
      const preface = isTraefik && from === BALANCER ? `PROXY TCP4 ${CLIENT} 127.0.0.1 40000 80\r\n` : ''
      client.send(preface + requestText({ target: '/orders/1', headers }))
      expect((await client.receive()).status).toBe(401)
      client.close()
      return site.warder.log.findLast(({ fields }) => fields['event'] === 'decision')?.fields['client']
    }

    it('finds the client that the other one names, whatever the client claims', async () => {
      expect(await loggedClient(BALANCER, CLIENT)).toBe(CLIENT)
      expect(await loggedClient(BALANCER, `${CLAIMED}, ${CLIENT}`)).toBe(CLIENT)
      expect(await loggedClient(BALANCER, `${CLAIMED}, 127.0.0.1, ${BALANCER}, ${CLIENT}`)).toBe(CLIENT)
    })

    if (!proxy.name.startsWith('envoy'))
      it('does not believe another client', async () => {
        expect(await loggedClient(ELSEWHERE, CLAIMED)).toBe(ELSEWHERE)
        expect(await loggedClient(ELSEWHERE, `${CLAIMED}, ${BALANCER}`)).toBe(ELSEWHERE)
      })
  })
}
