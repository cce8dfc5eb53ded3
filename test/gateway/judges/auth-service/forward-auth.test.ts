import { afterEach, describe, expect, it } from 'bun:test'
import { answerText, forwardAuthConfig, MAPPINGS, startForwardAuth } from '../../../support/forward-auth.ts'
import { createCleanup } from '../../../support/live/cleanup.ts'
import { ask, openClient, requestText } from '../../../support/live/raw-client.ts'
import { mint } from '../../../support/mint.ts'
import { OK, runGateway, startRawUpstream } from '../../../support/run-gateway.ts'
import { runService } from '../../../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

type Header = readonly [string, string]
const TOKEN: Header = ['Authorization', 'Bearer x']

describe('the answer of the auth service', () => {
  const cases: readonly (readonly [answered: number, more: string, told: number])[] = [
    [200, '', 200],
    [201, '', 502],
    [202, '', 502],
    [202, 'allow_status: 2xx', 200],
    [204, 'allow_status: 2xx', 200],
    [206, 'allow_status: 2xx', 200],
    [299, 'allow_status: "2xx"', 200],
    [300, 'allow_status: 2xx', 502],
    [301, '', 502],
    [302, '', 502],
    [304, '', 502],
    [307, 'allow_status: 2xx', 502],
    [400, '', 502],
    [401, '', 401],
    [403, '', 403],
    [404, '', 502],
    [407, '', 502],
    [500, '', 502],
    [503, '', 502],
  ]
  for (const [answered, more, told] of cases) {
    it(`${answered} with ${more === '' ? 'allow_status: 200' : more} is ${told} for the client`, async () => {
      const answer = answerText(answered, ['Location: /public/x', 'X-Secret: s', 'Set-Cookie: a=b'])
      const { app, gateway, auth } = await startForwardAuth(
        cleanup,
        more,
        (_, socket) => void socket.write(answer),
      )
      const got = await ask(gateway.port, { target: '/x' })
      expect(got.status).toBe(told)
      expect(auth.received.length).toBe(1)
      expect(app.received.length).toBe(told === 200 ? 1 : 0)
      for (const name of ['location', 'x-secret', 'set-cookie']) expect(got.values(name)).toEqual([])
    })
  }

  it('gives the client every challenge of a denial, and nothing else', async () => {
    const challenges = ['Bearer realm="a", error="invalid_token"', 'Basic realm="b"']
    const { gateway } = await startForwardAuth(cleanup, '', (_, socket) => {
      const lines = challenges.map((value) => `WWW-Authenticate: ${value}\r\n`).join('')
      socket.write(`HTTP/1.1 401 No\r\n${lines}Content-Type: text/html\r\nContent-Length: 6\r\n\r\nsecret`)
    })
    const got = await ask(gateway.port, { target: '/x' })
    expect(got.values('www-authenticate')).toEqual(challenges)
    expect(got.values('content-type')).toEqual(['application/problem+json'])
    expect(got.body).not.toContain('secret')
    expect(gateway.lines).toMatchObject([
      { event: 'decision', reason: 'auth_service_denied', status: 401, route: 'guarded' },
    ])
  })

  it('has in the log what went wrong, and tells the client nothing', async () => {
    const { gateway } = await startForwardAuth(cleanup, '', (_, socket) => void socket.write(answerText(500)))
    const got = await ask(gateway.port, { target: '/x' })
    expect(got.body).not.toContain('500')
    expect(gateway.lines).toMatchObject([
      {
        level: 'warn',
        event: 'decision',
        reason: 'auth_service_failed',
        status: 502,
        detail: 'it answered 500',
      },
    ])
  })

  it('is not asked for on other routes', async () => {
    const { auth, gateway } = await startForwardAuth(cleanup)
    expect((await ask(gateway.port, { target: '/public/x' })).status).toBe(200)
    expect(auth.received).toEqual([])
  })
})

describe('a required header', () => {
  const cases: readonly (readonly [string, readonly Header[], number])[] = [
    ['is there', [TOKEN, ['X-Tenant', 'a']], 200],
    ['is there in another letter case', [TOKEN, ['x-TENANT', 'a']], 200],
    ['is missing', [TOKEN], 403],
    ['is empty', [TOKEN, ['X-Tenant', '']], 403],
    ['is there in another spelling only', [TOKEN, ['X_Tenant', 'a']], 403],
    ['is about the connection', [TOKEN, ['X-Tenant', 'a'], ['Connection', 'x-tenant']], 403],
  ]
  for (const [what, headers, status] of cases) {
    it(`that ${what}: ${status}`, async () => {
      const more = 'required_headers: [Authorization, X-Tenant], send_headers: [X-Other]'
      const { auth, gateway } = await startForwardAuth(cleanup, more)
      expect((await ask(gateway.port, { target: '/x', headers })).status).toBe(status)
      expect(auth.received.length).toBe(status === 200 ? 1 : 0)
      if (status === 200) expect(auth.received[0]?.values('x-tenant')).toEqual(['a'])
      else expect(gateway.lines).toMatchObject([{ reason: 'header_missing', detail: '`x-tenant`' }])
    })
  }
})

describe('the question to the auth service', () => {
  it('describes the request, and leaves out what is not for it', async () => {
    const { auth, gateway } = await startForwardAuth(cleanup)
    await ask(gateway.port, {
      method: 'POST',
      target: '/a%20b?q=1&q=%zz',
      headers: [
        TOKEN,
        ['Accept', 'text/html'],
        ['X-Custom', 'one'],
        ['X-Custom', 'two'],
        ['Cookie', 'a=1; b=2'],
        ['Cookie', 'c=3'],
        ['Connection', 'X-Hop'],
        ['X-Hop', 'gone'],
        ['Keep-Alive', 'timeout=5'],
        ['TE', 'trailers'],
        ['If-None-Match', '"x"'],
        ['If-Modified-Since', 'x'],
        ['if-anything', 'x'],
        ['Range', 'bytes=0-1'],
        ['Accept-Encoding', 'br'],
        ['X-Original-URL', 'http://evil/'],
        ['X_Original_URI', '/evil'],
        ['X-Forwarded-Uri', '/evil'],
        ['X-Forwarded-For', '6.6.6.6'],
        ['X-Real-IP', '6.6.6.6'],
        ['X_Real_IP', '6.6.6.6'],
        ['X-Forwarded-Prefix', '/evil'],
        ['Forwarded', 'for=6.6.6.6'],
        ['X-Auth-UserId', 'admin'],
        ['X_Auth_UserId', 'admin'],
      ],
      body: 'body',
    })
    const [question] = auth.received
    expect(question?.startLine).toBe('GET /auth/access?x=%41 HTTP/1.1')
    expect(question?.headers).toEqual([
      ['Host', auth.url.slice('http://'.length)],
      TOKEN,
      ['Accept', 'text/html'],
      ['X-Custom', 'one'],
      ['X-Custom', 'two'],
      ['Cookie', 'a=1; b=2; c=3'],
      ['X-Original-URL', 'http://api.example.com/a%20b?q=1&q=%zz'],
      ['X-Original-URI', '/a%20b?q=1&q=%zz'],
      ['X-Original-Method', 'POST'],
      ['X-Forwarded-Method', 'POST'],
      ['X-Forwarded-Uri', '/a%20b?q=1&q=%zz'],
      ['X-Forwarded-Proto', 'http'],
      ['X-Forwarded-Host', 'api.example.com'],
      ['X-Forwarded-For', '127.0.0.1'],
      ['X-Real-IP', '127.0.0.1'],
    ])
    expect(question?.bytes()).not.toContain('body')
  })

  it('has only the listed headers if there is a list', async () => {
    const { auth, gateway } = await startForwardAuth(cleanup, 'send_headers: [cookie, X-A]')
    await ask(gateway.port, { target: '/x', headers: [TOKEN, ['Cookie', 'a=1'], ['x-a', '1'], ['X-B', '2']] })
    const names = auth.received[0]?.headers.map(([name]) => name.toLowerCase())
    expect(names?.filter((name) => !/^x-(?:original|forwarded|real)-|^host$/.test(name))).toEqual([
      'x-a',
      'cookie',
    ])
  })

  it('is asked before the body is there, which then goes to the application alone', async () => {
    const { app, auth, gateway } = await startForwardAuth(cleanup)
    const client = await openClient(gateway.port)
    cleanup.add(() => client.close())
    client.send('POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n')
    expect((await client.receive()).status).toBe(100)
    expect(auth.received.length).toBe(1)
    client.send('body')
    expect((await client.receive()).status).toBe(200)
    expect(app.received[0]?.body).toBe('body')
    expect(auth.received[0]?.values('expect')).toEqual([])
  })

  it('has nothing of the client in the gateway’s fields, even if they are required', async () => {
    const { auth, gateway } = await startForwardAuth(cleanup, 'required_headers: X-Original-URL')
    const headers: readonly Header[] = [['X-Original-URL', 'http://evil/']]
    expect((await ask(gateway.port, { target: '/x', headers })).status).toBe(403)
    expect(auth.received).toEqual([])
  })

  it('may hold a required header that the answer replaces', async () => {
    const more = 'required_headers: X-Key, headers: { user: X-Key }'
    const { app, auth, gateway } = await startForwardAuth(cleanup, more, (_, socket) => {
      socket.write(answerText(200, ['user: ann']))
    })
    await ask(gateway.port, { target: '/x', headers: [['X-Key', 'k']] })
    expect(auth.received[0]?.values('x-key')).toEqual(['k'])
    expect(app.received[0]?.values('x-key')).toEqual(['ann'])
  })

  it('is a plain GET when the client asks for a WebSocket', async () => {
    const { app, auth, gateway } = await startForwardAuth(cleanup)
    const key: Header = ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==']
    const headers: readonly Header[] = [['Connection', 'Upgrade'], ['Upgrade', 'websocket'], key]
    expect((await ask(gateway.port, { target: '/x', headers })).status).toBe(200)
    for (const name of ['connection', 'upgrade']) expect(auth.received[0]?.values(name)).toEqual([])
    expect(app.received[0]?.values('upgrade')).toEqual(['websocket'])
  })

  it('goes over one connection, one after the other', async () => {
    const { auth, gateway } = await startForwardAuth(cleanup)
    const client = await openClient(gateway.port)
    cleanup.add(() => client.close())
    for (let i = 0; i < 5; i++) {
      client.send(requestText({ target: `/${i}` }))
      expect((await client.receive()).status).toBe(200)
    }
    expect(auth.received.length).toBe(5)
    expect(auth.connections.length).toBe(1)
  })
})

describe('usual auth services', () => {
  it('may be a decision API of Warder, which judges the request that was described', async () => {
    const { decisions, service } = await runService()
    cleanup.add(() => service.stop(0))
    const app = await startRawUpstream(cleanup, (_, socket) => void socket.write(OK))
    const mapped = 'headers: { X-Auth-Subject: X-User }, params: { X-Auth-Subject: user }'
    const gateway = await runGateway(
      forwardAuthConfig(`${decisions}/v1/auth/nginx`, app.url, mapped),
      cleanup,
    )
    const get = (target: string, headers: readonly Header[], method = 'GET') =>
      ask(gateway.port, { target, headers, method })
    const token: Header = ['Authorization', `Bearer ${mint({ sub: 'ann', scope: 'orders:read' })}`]

    expect((await get('/orders/1', [])).status).toBe(401)
    expect((await get('/orders/1', [])).values('www-authenticate')).toEqual(['Bearer realm="warder"'])
    expect((await get('/orders/1', [token], 'POST')).status).toBe(403)
    expect((await get('/elsewhere', [token])).status).toBe(403)
    expect(app.received).toEqual([])
    expect((await get('/orders/1?user=eve', [token, ['X-User', 'eve']])).status).toBe(200)
    expect(app.received[0]?.target).toBe('/orders/1?user=ann')
    expect(app.received[0]?.values('x-user')).toEqual(['ann'])
  })

  it('may be an oauth2-proxy, which answers 202 or 401 by the cookie', async () => {
    const { app, gateway } = await startForwardAuth(
      cleanup,
      'allow_status: 2xx, required_headers: Cookie, headers: { X-Auth-Request-Email: X-Email }',
      (request, socket) => {
        const isKnown = request.values('cookie').join() === '_oauth2_proxy=good'
        socket.write(isKnown ? answerText(202, ['X-Auth-Request-Email: a@b.example']) : answerText(401))
      },
    )
    const get = (cookie: string) => ask(gateway.port, { target: '/x', headers: [['Cookie', cookie]] })
    expect((await get('_oauth2_proxy=bad')).status).toBe(401)
    expect((await get('_oauth2_proxy=good')).status).toBe(200)
    expect(app.received[0]?.values('x-email')).toEqual(['a@b.example'])
  })
})

describe('a decision that is not the gateway’s', () => {
  it('denies what only an auth service can judge', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(forwardAuthConfig('http://127.0.0.1:1', app.url, MAPPINGS), cleanup)
    const [decisions = ''] = gateway.service.addresses
    const answer = await fetch(`http://${decisions}/v1/auth/nginx`, {
      headers: { 'X-Original-URL': 'http://a.example/x', 'X-Original-Method': 'GET' },
    })
    expect(answer.status).toBe(403)
    expect(gateway.lines).toMatchObject([{ reason: 'auth_service_not_asked', route: 'guarded' }])
  })
})
