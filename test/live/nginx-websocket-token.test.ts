import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'

/** What docs/nginx.md has operators add. */
const [, MAP = ''] =
  /```nginx\n(map \$http_sec_websocket_protocol[^`]*)```/.exec(
    readFileSync(new URL('../../docs/nginx.md', import.meta.url), 'utf8'),
  ) ?? []
const LINE = 'proxy_set_header Sec-WebSocket-Protocol $warder_protocol;'
const BEFORE = '        # Not $http_upgrade, see above.\n'

liveSuite('nginx and a token among the subprotocols of a WebSocket', ['nginx'], () => {
  const cleanup = createCleanup()
  const extraConfig = 'token_sources: [{ websocket_protocol: access_token }]'
  let plain: GuardedSite
  let hiding: GuardedSite
  beforeAll(async () => {
    plain = await startGuardedSite(cleanup, { extraConfig })
    hiding = await startGuardedSite(cleanup, {
      extraConfig,
      editSnippet: (text) => `${MAP}\n${text.replace(BEFORE, `${BEFORE}        ${LINE}\n`)}`,
    })
  })
  afterAll(() => cleanup.run())

  const askWith = (site: GuardedSite, protocols: string) =>
    site.ask({ target: '/orders/live', headers: [['Sec-WebSocket-Protocol', protocols]] })
  const seenBy = (site: GuardedSite) => site.app.received.at(-1)?.values('sec-websocket-protocol')

  it('is judged', async () => {
    expect((await askWith(plain, `access_token, ${plain.mint()}`)).status).toBe(200)
    expect((await askWith(plain, `access_token, ${plain.mint({ scope: 'other' })}`)).status).toBe(403)
    expect((await askWith(plain, 'access_token')).status).toBe(401)
    expect((await askWith(plain, plain.mint())).status).toBe(401)
  })

  it('is taken out by the lines in docs/nginx.md, which leave its marker and the other subprotocols', async () => {
    const token = hiding.mint()
    const cases = [
      [`access_token, ${token}`, 'access_token'],
      [`access_token,${token}`, 'access_token'],
      [`graphql-ws, access_token , ${token}`, 'graphql-ws, access_token '],
      [`access_token, ${token}, graphql-ws, b`, 'access_token, graphql-ws, b'],
      [`a, access_token, ${token}, b`, 'a, access_token, b'],
    ] as const
    for (const [sent, passedOn] of cases) {
      expect((await askWith(hiding, sent)).status).toBe(200)
      expect(seenBy(hiding)?.map((value) => value.trimEnd())).toEqual([passedOn.trimEnd()])
    }
    await askWith(plain, `access_token, ${plain.mint()}`)
    expect(seenBy(plain)?.join()).toContain('.')
  })

  it('costs a WebSocket of another kind nothing', async () => {
    await hiding.ask({ target: '/public/', headers: [['Sec-WebSocket-Protocol', 'graphql-ws, b']] })
    expect(seenBy(hiding)).toEqual(['graphql-ws, b'])
    await hiding.ask({ target: '/public/' })
    expect(seenBy(hiding)).toEqual([])
  })
})
