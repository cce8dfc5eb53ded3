/** The lines of docs/callers.md with which proxies send their secret, in the real programs. */
import { readFileSync } from 'node:fs'
import { afterAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { CONFORMING, nameOf } from '../support/live/conformance/proxies.ts'
import { startConformanceSite, type ConformanceSite } from '../support/live/conformance/site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { ask } from '../support/live/raw-client.ts'

const SECRET = 's3cret-of-the-proxy-of-the-tests'
const [, SECTION = ''] =
  /## A secret of the proxy\n([^]*?)\n## /.exec(
    readFileSync(new URL('../../docs/callers.md', import.meta.url), 'utf8'),
  ) ?? []

/** The lines with the secret's field in the row of a proxy. */
const linesOf = (title: string): readonly string[] =>
  [...(new RegExp(`^\\| ${title} \\|.*$`, 'm').exec(SECTION)?.[0] ?? '').matchAll(/`([^`]+)`/g)]
    .map(([, code = '']) => code)
    .filter((code) => /warder-secret/i.test(code))

/** Puts a line before or behind the one that is found; the last such one with `isLast`. */
function put(text: string, where: 'before' | 'behind', anchor: RegExp, line: string, isLast = false): string {
  const lines = text.split('\n')
  const at = isLast
    ? lines.findLastIndex((one) => anchor.test(one))
    : lines.findIndex((one) => anchor.test(one))
  if (at < 0) throw new Error(`the snippet has no ${String(anchor)}`)
  const [indent = ''] = /^\s*/.exec(lines[at] ?? '') ?? []
  lines.splice(where === 'before' ? at : at + 1, 0, indent + line)
  return lines.join('\n')
}

type Edit = (text: string, lines: readonly string[]) => string
const caddy: Edit = (text, [asking = '', forwarding = '']) =>
  put(
    put(text, 'behind', /header_up X-Forwarded-Method/, asking),
    'behind',
    /header_up X-Real-IP/,
    forwarding,
    true,
  )

/** By the name of the proxy: its row, and where its lines go. */
const ROWS: Readonly<Record<string, readonly [title: string, edit: Edit]>> = {
  nginx: [
    'nginx',
    (text, [asking = '', forwarding = '']) =>
      put(
        put(text, 'behind', /X-Original-Method \$request_method/, asking),
        'behind',
        /proxy_set_header X-Real-IP/,
        forwarding,
        true,
      ),
  ],
  caddy: ['Caddy', caddy],
  'caddy-2.6': ['Caddy', caddy],
  haproxy: [
    'HAProxy',
    (text, [above = '', below = '']) =>
      put(
        put(text, 'before', /^ *http-request lua\.warder/, above),
        'behind',
        /^ *http-request lua\.warder/,
        below,
      ),
  ],
  apache: [
    'Apache httpd',
    (text, [early = '', late = '']) =>
      put(put(text, 'behind', / early$/, early, true), 'behind', /^ *ProxyAddHeaders/, late),
  ],
  envoy: ['Envoy', (text, [http = '']) => put(text, 'before', /^ *- { key: x-envoy-external-address/, http)],
  'envoy-grpc': [
    'Envoy',
    (text, [, grpc = '']) => put(text, 'before', /^ *- { key: x-envoy-external-address/, grpc),
  ],
}

for (const proxy of CONFORMING) {
  const [title, edit] = ROWS[nameOf(proxy)] ?? []
  if (title === undefined || edit === undefined) continue
  liveSuite(`${nameOf(proxy)}: the lines with its secret`, proxy.programs, () => {
    const cleanup = createCleanup()
    afterAll(() => cleanup.run())
    const start = (isSent: boolean): Promise<ConformanceSite> =>
      startConformanceSite(
        {
          ...proxy,
          extraConfig: `trusted_callers: [{ secret: "${SECRET}" }]\n`,
          start: (site, ending) =>
            proxy.start(
              {
                ...site,
                editSnippet: (text) =>
                  isSent
                    ? edit(
                        text,
                        linesOf(title).map((line) => line.replace('SECRET', SECRET)),
                      )
                    : text,
              },
              ending,
            ),
        },
        cleanup,
      )

    it('are needed, and keep the secret from the application, whatever the client sends there', async () => {
      const site = await start(true)
      for (const own of [[], [['X-Warder-Secret', 'of the client']]] as const) {
        const headers = [...own, ['Authorization', `Bearer ${site.mint()}`]] as const
        expect((await ask(site.port, { target: '/orders/1', headers })).status).toBe(200)
        const received = site.app.received.at(-1)
        expect(received?.values('x-auth-subject')).toEqual(['alice'])
        expect(JSON.stringify(received)).not.toContain(SECRET)
      }
    })

    it('let nothing pass without them', async () => {
      const site = await start(false)
      const headers = [['Authorization', `Bearer ${site.mint()}`]] as const
      const answer = await ask(site.port, { target: '/orders/1', headers })
      expect([answer.status, site.app.received.length]).toEqual([403, 0])
    })
  })
}
