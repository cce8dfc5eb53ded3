import { afterEach, describe, expect, it } from 'bun:test'
import { answerText } from '../../support/forward-auth.ts'
import { basic, PW_HASH, startJudges } from '../../support/judges.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { ask, openClient, requestText } from '../../support/live/raw-client.ts'
import { mint } from '../../support/mint.ts'
import type { UpstreamRequest } from '../../support/run-gateway.ts'
import type { Socket } from 'node:net'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

type Header = readonly [string, string]
const BASIC = `{ basic_auth: { users: { alice: "${PW_HASH}" }, user_header: X-Auth-User } }`
const service = (url: string): string =>
  `{ forward_auth: { url: "${url}", headers: { zone: X-Auth-Zone }, params: { land: land } } }`

const start = (
  judges: (authUrl: string) => readonly string[],
  answer: (request: UpstreamRequest, socket: Socket) => void = (_, socket) =>
    void socket.write(answerText(200, ['zone: office', 'land: nl'])),
) => startJudges(cleanup, { route: (url) => `all_of: [${judges(url).join(', ')}]` }, answer)

const cookie = (claims: Readonly<Record<string, unknown>> = {}): Header => [
  'Cookie',
  `t=${mint(claims)}; a=b`,
]
const token = (claims: Readonly<Record<string, unknown>> = {}): Header => ['X-Token', mint(claims)]

describe('several judges of one route', () => {
  it('must all allow, and all they grant reaches the application', async () => {
    const { app, auth, gateway } = await start((url) => ['{ policy: cookie }', service(url), BASIC])
    const headers: readonly Header[] = [
      cookie(),
      basic('alice', 'pw'),
      ['X-Auth-Zone', 'eve'],
      ['X_Auth_Subject', 'eve'],
      ['x-auth-user', 'eve'],
    ]
    const got = await ask(gateway.port, { target: '/x?land=eve&b=c', headers })
    expect(got.status).toBe(200)
    const [request] = app.received
    expect(request?.target).toBe('/x?b=c&land=nl')
    expect(request?.values('x-auth-subject')).toEqual(['alice'])
    expect(request?.values('x-auth-zone')).toEqual(['office'])
    expect(request?.values('x-auth-user')).toEqual(['alice'])
    expect(request?.values('x-decision-id').length).toBe(1)
    expect(app.bytes()).not.toContain('eve')
    expect(auth.received.length).toBe(1)
    expect(gateway.lines).toEqual([])
  })

  it('that are policies each have their own token, and no stripped token is left', async () => {
    const { app, gateway } = await startJudges(cleanup, {
      route: () => `basic_auth: { users: { a: "${PW_HASH}" } }`,
      upstream: 'strip_token: true',
    })
    const headers = [cookie({ sub: 'bob' }), token({ scope: 'orders:read', roles: ['clerk'] })]
    expect((await ask(gateway.port, { target: '/both/x', headers })).status).toBe(200)
    const [request] = app.received
    expect(request?.values('x-auth-subject')).toEqual(['bob'])
    expect(request?.values('x-auth-roles')).toEqual(['clerk'])
    expect(request?.values('cookie')).toEqual(['a=b'])
    expect(request?.values('x-token')).toEqual([])
    const scoped = await ask(gateway.port, { target: '/both/x', headers: [cookie(), token()] })
    expect([scoped.status, scoped.values('x-decision-reason')]).toEqual([403, ['scope_missing']])
    expect(gateway.lines).toMatchObject([{ reason: 'scope_missing', policy: 'header', route: 'both' }])
  })

  it('may be a token in a cookie and a password, if the policy reads either header or cookie', async () => {
    const { app, gateway } = await start(() => ['{ policy: either }', BASIC])
    for (const [headers, reason] of [
      [[cookie(), basic('alice', 'pw')], undefined],
      [[basic('alice', 'pw')], 'scheme_not_bearer'],
      [[['Authorization', `Bearer ${mint()}`]], 'credentials_missing'],
      [[cookie(), ['Authorization', `Bearer ${mint({ sub: 'bob' })}`]], 'token_multiple'],
    ] as const) {
      const got = await ask(gateway.port, { target: '/x', headers })
      expect(got.values('x-decision-reason')[0]).toBe(reason)
    }
    expect(app.received.map((request) => request.values('authorization'))).toEqual([[]])
  })

  const ORDERS: readonly (readonly [
    judges: (url: string) => readonly string[],
    headers: readonly Header[],
    reason: string,
    asked: number,
  ])[] = [
    [(url) => ['{ policy: cookie }', service(url), BASIC], [], 'token_missing', 0],
    [(url) => [service(url), '{ policy: cookie }', BASIC], [], 'token_missing', 1],
    [(url) => [service(url), BASIC, '{ policy: cookie }'], [], 'credentials_missing', 1],
    [(url) => [BASIC, service(url), '{ policy: cookie }'], [], 'credentials_missing', 0],
    [(url) => [BASIC, service(url), '{ policy: cookie }'], [basic('alice', 'no')], 'credentials_invalid', 0],
    [(url) => [BASIC, service(url), '{ policy: cookie }'], [basic('alice', 'pw')], 'token_missing', 1],
    [(url) => ['{ policy: cookie }', BASIC, service(url)], [cookie({ exp: 1 })], 'token_expired', 0],
    [(url) => ['{ policy: cookie }', BASIC, service(url)], [cookie(), basic('alice', 'pw')], '', 1],
  ]
  for (const [judges, headers, reason, asked] of ORDERS) {
    it(`are asked in their order: ${judges('')
      .join(' ')
      .replaceAll(
        /[^a-z_ ]|users.*?X-Auth-User/g,
        '',
      )} with ${headers.map(([name]) => name).join() || 'nothing'} is ${reason || 'allowed'}`, async () => {
      const { app, auth, gateway } = await start(judges)
      const got = await ask(gateway.port, { target: '/x', headers })
      expect(got.values('x-decision-reason')).toEqual(reason === '' ? [] : [reason])
      expect(auth.received.length).toBe(asked)
      expect(app.received.length).toBe(reason === '' ? 1 : 0)
      const logged = gateway.lines.map(({ event, id }) => [event, id])
      expect(logged).toEqual(reason === '' ? [] : [['decision', got.values('x-decision-id')[0]]])
    })
  }

  for (const [told, reason] of [
    [401, 'auth_service_denied'],
    [403, 'auth_service_denied'],
    [302, 'auth_service_failed'],
  ] as const) {
    it(`are not bypassed if the service answers ${told}`, async () => {
      const answer = answerText(told, ['WWW-Authenticate: Bearer realm="s"', 'zone: office'])
      const { app, gateway } = await start(
        (url) => [BASIC, service(url)],
        (_, socket) => void socket.write(answer),
      )
      const got = await ask(gateway.port, { target: '/x', headers: [basic('alice', 'pw')] })
      expect([got.status, got.values('x-decision-reason')]).toEqual([told === 302 ? 502 : told, [reason]])
      expect(got.values('www-authenticate')).toEqual(told === 302 ? [] : ['Bearer realm="s"'])
      expect(app.received).toEqual([])
    })
  }

  it('are cancelled if the client leaves while one of them is asked', async () => {
    let hasClosed = (): void => {}
    const closed = new Promise<void>((resolve) => (hasClosed = resolve))
    let wasAsked = (): void => {}
    const asked = new Promise<void>((resolve) => (wasAsked = resolve))
    const { app, gateway } = await start(
      (url) => [BASIC, service(url), '{ policy: cookie }'],
      (_, socket) => {
        socket.on('close', hasClosed)
        wasAsked()
      },
    )
    const client = await openClient(gateway.port)
    client.send(requestText({ target: '/x', headers: [basic('alice', 'pw'), cookie()] }))
    await asked
    client.close()
    await closed
    expect(app.received).toEqual([])
  })
})

describe('the way to the login', () => {
  for (const [query, back] of [
    ['a=b&t=TOKEN&c=d', '/x?a=b&c=d'],
    ['t=TOKEN', '/x'],
  ] as const) {
    it(`has no token of another judge in its way back (${query})`, async () => {
      const { gateway } = await startJudges(
        cleanup,
        {
          route: (url) =>
            `all_of: [{ policy: query }, { forward_auth: { url: "${url}", sign_in: "/in?rd=" } }]`,
        },
        (_, socket) => void socket.write(answerText(401)),
      )
      const headers = [['Sec-Fetch-Mode', 'navigate']] as const
      const got = await ask(gateway.port, { target: `/x?${query.replace('TOKEN', mint())}`, headers })
      expect([got.status, ...got.values('location')]).toEqual([302, `/in?rd=${encodeURIComponent(back)}`])
    })
  }
})

describe('more than one Authorization header', () => {
  for (const [what, judges] of [
    ['an auth service', (url: string) => [service(url)]],
    ['a policy and an auth service', (url: string) => ['{ policy: cookie }', service(url)]],
  ] as const) {
    it(`is a denial before ${what} is asked`, async () => {
      const { app, auth, gateway } = await start(judges)
      const headers: readonly Header[] = [
        cookie(),
        ['Authorization', 'Bearer a'],
        ['authorization', 'Bearer b'],
      ]
      const got = await ask(gateway.port, { target: '/x', headers })
      expect([got.status, got.values('x-decision-reason')]).toEqual([401, ['token_multiple']])
      expect(got.values('www-authenticate').length).toBe(1)
      expect([auth.received.length, app.received.length]).toEqual([0, 0])
    })
  }

  it('is a denial on a route with forward_auth alone', async () => {
    const { auth, gateway } = await startJudges(cleanup, {
      route: (url) => `forward_auth: { url: "${url}" }`,
    })
    const headers: readonly Header[] = [
      ['Authorization', 'Bearer a'],
      ['AUTHORIZATION', 'Bearer a'],
    ]
    const got = await ask(gateway.port, { target: '/x', headers })
    expect(got.values('x-decision-reason')).toEqual(['token_multiple'])
    expect(auth.received).toEqual([])
  })
})
