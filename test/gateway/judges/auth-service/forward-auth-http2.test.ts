import { afterEach, expect, it } from 'bun:test'
import { answerText, forwardAuthConfig } from '../../../support/forward-auth.ts'
import { askHttp2, runHttp2Config, type Http2Answer } from '../../../support/http2-client.ts'
import { createCleanup } from '../../../support/live/cleanup.ts'
import { liveSuite } from '../../../support/live/live-suite.ts'
import { startRawUpstream, type RawUpstream } from '../../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const SET = ['Set-Cookie: sid=1', 'Set-Cookie: sid_0=2', 'Set-Cookie: other=3']
const MORE = 'sign_in: "https://login.example.com/?rd=", answer_cookies: [sid, sid_0]'

/** What a browser gets when the service answers with the status. */
async function openWith(status: number): Promise<{ readonly auth: RawUpstream; readonly got: Http2Answer }> {
  const app = await startRawUpstream(cleanup)
  const auth = await startRawUpstream(
    cleanup,
    (_, socket) => void socket.write(answerText(status, [...SET, 'WWW-Authenticate: Basic'])),
  )
  const gateway = await runHttp2Config(
    (tls) =>
      forwardAuthConfig(auth.url, app.url, MORE).replace(
        'gateway: "127.0.0.1:0"',
        `gateway: { address: "127.0.0.1:0", ${tls} }`,
      ),
    cleanup,
  )
  const headers = { ':path': '/x?a', 'sec-fetch-mode': 'navigate', cookie: ['a=1', 'b=2'] }
  return { auth, got: await askHttp2(await gateway.session(), headers) }
}

liveSuite('forward_auth over HTTP/2', ['openssl'], () => {
  it('describes the request to the service, with all cookies in one line', async () => {
    const { auth } = await openWith(200)
    expect(auth.received[0]?.values('cookie')).toEqual(['a=1; b=2'])
    expect(auth.received[0]?.values('x-original-url')).toEqual(['https://api.example.com/x?a'])
    expect(auth.received[0]?.headers.filter(([name]) => name.startsWith(':'))).toEqual([])
  })

  it('hands on the cookies of an allow', async () => {
    const { got } = await openWith(200)
    expect([got.status, got.body]).toEqual([200, 'ok'])
    expect(got.headers['set-cookie']).toEqual(['sid=1', 'sid_0=2'])
  })

  it('leads a browser to the login', async () => {
    const { got } = await openWith(401)
    expect(got.status).toBe(302)
    expect(got.headers.location).toBe('https://login.example.com/?rd=https%3A%2F%2Fapi.example.com%2Fx%3Fa')
    expect(got.headers['set-cookie']).toEqual(['sid=1', 'sid_0=2'])
    expect(got.headers['www-authenticate']).toBeUndefined()
  })
})
