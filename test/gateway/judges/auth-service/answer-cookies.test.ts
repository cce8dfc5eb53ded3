import { afterEach, describe, expect, it } from 'bun:test'
import {
  answerText,
  forwardAuthConfig,
  startForwardAuth,
  type ForwardAuthSetup,
} from '../../../support/forward-auth.ts'
import { startJudges } from '../../../support/judges.ts'
import { createCleanup } from '../../../support/live/cleanup.ts'
import { ask, openClient, requestText } from '../../../support/live/raw-client.ts'
import { runGateway, startRawUpstream } from '../../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const RENEWED = 'sid=new; Path=/; HttpOnly; Secure; SameSite=Lax'
const SET = [`Set-Cookie: ${RENEWED}`, 'Set-Cookie: internal=secret', 'Set-Cookie: sid_0=part; Path=/']
const NAMES = 'answer_cookies: [sid, sid_0]'

const startWith = (more: string, status: number, fields: readonly string[]): Promise<ForwardAuthSetup> =>
  startForwardAuth(cleanup, more, (_, socket) => void socket.write(answerText(status, fields)))

describe('answer_cookies', () => {
  it('are sent to the client with the answer of the application, behind its own cookies', async () => {
    const { app, gateway } = await startWith(NAMES, 200, SET)
    expect(app.received).toEqual([])
    const got = await ask(gateway.port, { target: '/x' })
    expect([got.status, ...got.values('set-cookie')]).toEqual([200, RENEWED, 'sid_0=part; Path=/'])
    expect(app.bytes()).not.toContain('sid')
  })

  it('follow those of the application', async () => {
    const app = await startRawUpstream(
      cleanup,
      (_, socket) => void socket.write(answerText(200, ['Set-Cookie: sid=app'])),
    )
    const auth = await startRawUpstream(cleanup, (_, socket) => void socket.write(answerText(200, SET)))
    const gateway = await runGateway(forwardAuthConfig(auth.url, app.url, NAMES), cleanup)
    const got = await ask(gateway.port, { target: '/x' })
    expect(got.values('set-cookie')).toEqual(['sid=app', RENEWED, 'sid_0=part; Path=/'])
  })

  it('reach the client when the application fails too', async () => {
    const app = await startRawUpstream(cleanup, (_, socket) => void socket.destroy())
    const auth = await startRawUpstream(cleanup, (_, socket) => void socket.write(answerText(200, SET)))
    const gateway = await runGateway(forwardAuthConfig(auth.url, app.url, NAMES), cleanup)
    const got = await ask(gateway.port, { target: '/x' })
    expect([got.status, ...got.values('set-cookie')]).toEqual([502, RENEWED, 'sid_0=part; Path=/'])
  })

  it('reach the client when another judge denies', async () => {
    const { gateway } = await startJudges(
      cleanup,
      { route: (url) => `all_of: [{ forward_auth: { url: "${url}", ${NAMES} } }, { policy: cookie }]` },
      (_, socket) => void socket.write(answerText(200, SET)),
    )
    const got = await ask(gateway.port, { target: '/x' })
    expect([got.status, ...got.values('set-cookie')]).toEqual([401, RENEWED, 'sid_0=part; Path=/'])
  })

  it('belong to one request of a connection', async () => {
    let isFirst = true
    const { gateway } = await startForwardAuth(cleanup, NAMES, (_, socket) => {
      socket.write(answerText(200, isFirst ? SET : []))
      isFirst = false
    })
    const client = await openClient(gateway.port)
    const told: unknown[] = []
    for (let i = 0; i < 2; i++) {
      client.send(requestText({ target: '/x' }))
      told.push((await client.receive()).values('set-cookie').length)
    }
    client.close()
    expect(told).toEqual([2, 0])
  })

  it('are handed out once: the answer is not remembered', async () => {
    const cached = `${NAMES}, cache: { ttl: 1m }`
    const { auth, gateway } = await startWith(cached, 200, SET)
    for (let i = 0; i < 2; i++) await ask(gateway.port, { target: '/x' })
    expect(auth.received.length).toBe(2)
  })

  const COOKIE = 'sid_0=a; app=1; sid=b; sidecar=2'
  for (const [names, upstream, sent] of [
    ['[sid, sid_0]', '', 'app=1; sidecar=2'],
    ['sid_*', '', 'app=1; sid=b; sidecar=2'],
    ['[sid, "sid_*"]', 'strip_token: true', 'app=1; sidecar=2'],
    ['sid*', '', 'app=1'],
    ['[sid, sid_0]', 'strip_token: false', COOKIE],
  ] as const) {
    const how = upstream === '' ? '' : ` with ${upstream}`
    it(`named ${names} reach the service, and ${sent} the application${how}`, async () => {
      const app = await startRawUpstream(cleanup)
      const auth = await startRawUpstream(cleanup, (_, socket) => void socket.write(answerText(200, SET)))
      const written = forwardAuthConfig(auth.url, app.url, `answer_cookies: ${names}`)
      const config = upstream === '' ? written : written.replace('] }\nlisten', `], ${upstream} }\nlisten`)
      const gateway = await runGateway(config, cleanup)
      const got = await ask(gateway.port, { target: '/x', headers: [['Cookie', COOKIE]] })
      expect(auth.received[0]?.values('cookie')).toEqual([COOKIE])
      expect(app.received[0]?.values('cookie')).toEqual([sent])
      expect(got.values('set-cookie')).toContain('sid_0=part; Path=/')
      expect(got.values('set-cookie').join()).not.toContain('internal')
    })
  }

  it('come with the handshake of a WebSocket', async () => {
    const app = await startRawUpstream(
      cleanup,
      (_, socket) =>
        void socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
            'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
        ),
    )
    const auth = await startRawUpstream(cleanup, (_, socket) => void socket.write(answerText(200, SET)))
    const gateway = await runGateway(forwardAuthConfig(auth.url, app.url, NAMES), cleanup)
    const headers = [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
      ['Sec-WebSocket-Version', '13'],
    ] as const
    const got = await ask(gateway.port, { target: '/x', headers })
    expect([got.status, ...got.values('set-cookie')]).toEqual([101, RENEWED, 'sid_0=part; Path=/'])
  })

  const ended = 'sid=; Path=/; Max-Age=0'
  for (const status of [401, 403]) {
    it(`ends a session that the service ends with its ${status}`, async () => {
      const { gateway } = await startWith(NAMES, status, [
        `Set-Cookie: ${ended}`,
        'Set-Cookie: internal=secret',
      ])
      const got = await ask(gateway.port, { target: '/x' })
      expect([got.status, ...got.values('set-cookie')]).toEqual([status, ended])
    })
  }

  it('ends it on the way to the login too', async () => {
    const { gateway } = await startWith(`${NAMES}, sign_in: /in`, 401, [`Set-Cookie: ${ended}`])
    const got = await ask(gateway.port, { target: '/x', headers: [['Sec-Fetch-Mode', 'navigate']] })
    expect([got.status, ...got.values('location'), ...got.values('set-cookie')]).toEqual([302, '/in', ended])
  })

  it('sends no cookie if the service failed', async () => {
    const { gateway } = await startWith(NAMES, 500, SET)
    const got = await ask(gateway.port, { target: '/x' })
    expect([got.status, ...got.values('set-cookie')]).toEqual([502])
  })

  const others: readonly (readonly [string, string])[] = [
    ['of another name', 'other=1'],
    ['of the name in another case', 'Sid=1'],
    ['that begins like it', 'sid2=1'],
    ['without a value', 'sid'.repeat(2)],
    ['of more than 8 KiB', `sid=${'a'.repeat(8192)}`],
    ['that is not visible ASCII', 'sid=\u00e9'],
  ]
  for (const [what, cookie] of others) {
    it(`hands on no cookie ${what}`, async () => {
      const { gateway } = await startWith(NAMES, 401, [`Set-Cookie: ${cookie}`])
      expect((await ask(gateway.port, { target: '/x' })).values('set-cookie')).toEqual([])
    })
  }

  it('hands on no cookie if none is named', async () => {
    const { gateway } = await startWith('', 401, SET)
    expect((await ask(gateway.port, { target: '/x' })).values('set-cookie')).toEqual([])
  })
})
