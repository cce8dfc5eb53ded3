import { afterAll, beforeAll, expect, it } from 'bun:test'
import { startAuthSite, type AuthSite } from '../support/auth-site.ts'
import { expectTranscript, recordTranscript } from '../support/auth-transcript.ts'
import { createBrowser, type Page } from '../support/live/browser.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { valuesOf } from '../support/live/http-message.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startLoginProvider } from '../support/live/login-provider.ts'
import { freePort, waitFor } from '../support/live/loopback.ts'
import { startOAuth2Proxy } from '../support/live/oauth2-proxy.ts'
import { ask, type RawRequest } from '../support/live/raw-client.ts'
import { startRecordingRelay, type RecordingRelay } from '../support/live/recording-relay.ts'

const HTML = ['Accept', 'text/html,*/*;q=0.8'] as const
const SPOOFED = [
  ['X-Auth-Request-User', 'root'],
  ['x_auth_request_email', 'root@example.com'],
  ['X-Forwarded-Uri', '/skipped/x'],
  ['X-Forwarded-User', 'root'],
] as const
const GRANTED = [
  'X-Auth-Request-User',
  'X-Auth-Request-Email',
  'X-Auth-Request-Groups',
  'x_auth_request_email',
]

liveSuite('forward_auth with a real oauth2-proxy', ['oauth2-proxy'], () => {
  const cleanup = createCleanup()
  const browser = createBrowser()
  let url = ''
  let site: AuthSite
  let relay: RecordingRelay
  let signedIn: Page
  let session = ''
  let idToken = ''
  beforeAll(async () => {
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    const issuer = await startLoginProvider(`${url}/oauth2/callback`, cleanup)
    const proxy = await startOAuth2Proxy(issuer, url, cleanup)
    relay = await startRecordingRelay(proxy.port, cleanup)
    site = await startAuthSite(
      cleanup,
      'oauth2-proxy',
      {
        'http://127.0.0.1:4180/oauth2/auth': `${relay.url}/oauth2/auth`,
        'http://127.0.0.1:4180': `http://127.0.0.1:${proxy.port}`,
      },
      port,
    )
    signedIn = await browser.open(`${url}/orders/1?a=%2F`)
    session = browser.cookies(url).get('_oauth2_proxy') ?? ''
    const answers = relay.exchanges().map(({ answer }) => answer)
    idToken =
      answers
        .flatMap((answer) => valuesOf(answer, 'authorization'))
        .at(-1)
        ?.slice(7) ?? ''
  })
  afterAll(() => cleanup.run())

  it('leads a browser through the login back to the page that it asked for', () => {
    expect([signedIn.status, signedIn.url]).toEqual([200, `${url}/orders/1?a=%2F`])
    expect(signedIn.way[1]).toBe(`${url}/oauth2/start?rd=%2Forders%2F1%3Fa%3D%252F`)
    expect(signedIn.way.at(-2)).toStartWith(`${url}/oauth2/callback?code=`)
    expect(site.app.received.length).toBe(1)
    expect(site.app.received[0]?.values('X-Auth-Request-Email')).toEqual(['alice@example.com'])
    expect([session, idToken]).not.toContain('')
  })

  const CASES: Readonly<Record<string, () => RawRequest>> = {
    'browser-without-session': () => ({ target: '/orders/1?a=b', headers: [HTML] }),
    'program-without-session': () => ({ target: '/orders/1', headers: [['Accept', '*/*']] }),
    'post-without-session': () => ({ method: 'POST', target: '/orders', headers: [HTML], body: 'a=b' }),
    'session-cookie': () => ({
      target: '/orders/1',
      headers: [['Cookie', `a=b; _oauth2_proxy=${session}`], ...SPOOFED],
    }),
    'session-of-nobody': () => ({
      target: '/orders/1',
      headers: [['Cookie', `_oauth2_proxy=${session.replace(/^.{8}/, 'AAAAAAAA')}`]],
    }),
    'bearer-token': () => ({
      target: '/orders/1',
      headers: [['Authorization', `Bearer ${idToken}`], ...SPOOFED],
    }),
    'bearer-token-of-nobody': () => ({
      target: '/orders/1',
      headers: [['Authorization', `Bearer ${idToken.slice(0, -8)}AAAAAAAA`]],
    }),
    'path-that-it-skips': () => ({ target: '/skipped/x', headers: SPOOFED }),
    'said-to-be-a-path-that-it-skips': () => ({ target: '/orders/1', headers: SPOOFED }),
  }
  for (const [name, requestOf] of Object.entries(CASES)) {
    it(name, async () => {
      const before = relay.exchanges().length
      const text = await recordTranscript(
        site,
        { host: 'app.example.com', ...requestOf() },
        () => relay.exchanges().slice(before).at(-1),
        GRANTED,
        {
          [`127.0.0.1:${relay.port}`]: '{service}',
          [session]: '{session}',
          [session.slice(8)]: '{another}',
          [idToken]: '{id_token}',
          [idToken.slice(0, -8)]: '{another}',
        },
      )
      expectTranscript('oauth2-proxy', name, text)
    })
  }

  it('renews its session at the client', async () => {
    const port = await freePort()
    const there = `http://127.0.0.1:${port}`
    const issuer = await startLoginProvider(`${there}/oauth2/callback`, cleanup)
    const proxy = await startOAuth2Proxy(issuer, there, cleanup, ['--cookie-refresh=1s'])
    const addresses = { 'http://127.0.0.1:4180': `http://127.0.0.1:${proxy.port}` }
    const { app } = await startAuthSite(cleanup, 'oauth2-proxy', addresses, port)
    const person = createBrowser()
    await person.open(`${there}/`)
    const first = person.cookies(there).get('_oauth2_proxy')
    expect(first).toBeString()
    const renewed = await waitFor('a renewed session', async () => {
      const page = await person.open(`${there}/`)
      expect(page.way.length).toBe(1)
      const now = person.cookies(there).get('_oauth2_proxy')
      return now === first ? undefined : now
    })
    expect(renewed).toBeString()
    expect((await person.open(`${there}/`)).status).toBe(200)
    expect(app.received.at(-1)?.values('X-Auth-Request-User')).toEqual(['alice'])
  })

  it('leads nowhere else, whatever was asked for', async () => {
    const headers = [HTML, ['Cookie', '']] as const
    for (const target of ['/oauth2/start?rd=//evil.example', '/oauth2/start?rd=https://evil.example/']) {
      const got = await ask(site.gateway.port, { target, headers })
      const state = new URL(got.values('location')[0] ?? '').searchParams.get('state') ?? ''
      expect([got.status, state.slice(state.indexOf(':') + 1)]).toEqual([302, '/'])
    }
  })
})
