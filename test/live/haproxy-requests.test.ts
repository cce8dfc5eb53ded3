import { connect } from 'node:http2'
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startCountingProxy, type CountingProxy } from '../support/live/counting-proxy.ts'
import { startGuardedSite, withToken, type GuardedSite } from '../support/live/guarded-site.ts'
import { haproxyFront } from '../support/live/haproxy.ts'
import { mintOfSize } from '../support/live/large-tokens.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { openClient, requestText } from '../support/live/raw-client.ts'
import { AMBIGUOUS_TARGETS, PLAIN_TARGETS } from '../support/live/targets.ts'

const KIB = 1024

liveSuite('requests as they arrive through HAProxy', ['haproxy'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  let counter: CountingProxy | undefined
  beforeAll(async () => {
    site = await startGuardedSite(cleanup, {
      front: haproxyFront(),
      between: async (warderPort) => {
        counter = await startCountingProxy(warderPort, cleanup)
        return counter.port
      },
    })
  })
  afterAll(() => cleanup.run())

  for (const target of PLAIN_TARGETS) {
    it(`passes ${target} to the application byte for byte`, async () => {
      expect((await site.ask({ method: 'PATCH', target }, site.mint())).status).toBe(200)
      expect(site.app.received.at(-1)?.target).toBe(target)
      expect(site.app.received.at(-1)?.method).toBe('PATCH')
    })
  }

  it('hands method and path to Warder raw', async () => {
    await site.ask({ method: 'PROPFIND', target: '/closed/a%20b%C3%A9?x=1' })
    expect(site.warder.log.at(-1)?.fields).toMatchObject({ method: 'PROPFIND', path: '/closed/a%20b%C3%A9' })
  })

  // HAProxy passes on what nginx refuses itself.
  for (const target of [...AMBIGUOUS_TARGETS, '/orders/%', '/orders/%zz', '/orders/%00', '/../closed/1']) {
    it(`denies ${target} as path_ambiguous`, async () => {
      const before = site.app.received.length
      const response = await site.ask({ target }, site.mint())
      expect(response.status).toBe(403)
      expect(response.values('X-Decision-Reason')).toEqual(['path_ambiguous'])
      expect(site.app.received.length).toBe(before)
    })
  }

  const refused: readonly (readonly [method: string, target: string])[] = [
    ['OPTIONS', '*'],
    ['GET', '*'],
    ['GET', 'orders/1'],
    ['GET', 'api.example.com/orders/1'],
    ['GET', 'http://api.example.com?/orders/1'],
    ['GET', 'http://other.example.com/orders/1'],
    ['CONNECT', 'api.example.com:80'],
    ['GET', '/orders/1#/public/1'],
    ['GET', '/orders/\u{e9}'],
  ]
  for (const [method, target] of refused) {
    it(`refuses ${method} ${target} before Warder is asked`, async () => {
      const before = [site.app.received.length, site.warder.log.length]
      expect((await site.ask({ method, target }, site.mint())).status).toBe(400)
      expect([site.app.received.length, site.warder.log.length]).toEqual(before)
    })
  }

  it('passes on no request for http://api.example.com without a path', async () => {
    const before = site.app.received.length
    // Later versions complete it to `/`, for which there is no route.
    expect([400, 403]).toContain((await site.ask({ target: 'http://api.example.com' }, site.mint())).status)
    expect(site.app.received.length).toBe(before)
  })

  for (const target of ['http://api.example.com/orders/1?x=1', 'https://api.example.com/orders/1?x=1']) {
    it(`passes ${target} to the application without scheme and host`, async () => {
      expect((await site.ask({ target }, site.mint())).status).toBe(200)
      expect(site.app.received.at(-1)?.target).toBe('/orders/1?x=1')
      expect(site.app.received.at(-1)?.values('Host')).toEqual(['api.example.com'])
      expect(site.app.received.at(-1)?.values('X-Forwarded-Proto')).toEqual(['http'])
    })
  }

  it('refuses a host that is not one of the site', async () => {
    const before = site.app.received.length
    expect((await site.ask({ target: '/orders/1', host: 'other.example.com' }, site.mint())).status).toBe(421)
    expect((await site.ask({ target: '/orders/1', host: 'API.example.com:80' }, site.mint())).status).toBe(
      200,
    )
    expect(site.app.received.length).toBe(before + 1)
  })

  it('denies a request with two Authorization headers as token_multiple', async () => {
    const before = site.app.received.length
    const headers = [['Authorization', `Bearer ${site.mint()}`]] as const
    const response = await site.ask({ target: '/orders/1', headers }, site.mint())
    expect(response.status).toBe(401)
    expect(response.values('X-Decision-Reason')).toEqual(['token_multiple'])
    expect(site.app.received.length).toBe(before)
  })

  const manyFields = (count: number) => ({
    target: '/orders/1',
    // Host and Authorization are the others.
    headers: Array.from({ length: count - 2 }, (_, i) => [`X-Field-${i}`, '1'] as const),
  })

  it('judges requests with up to 90 header fields, and refuses those with more', async () => {
    expect((await site.ask(manyFields(90), site.mint())).status).toBe(200)
    for (const count of [91, 95, 99, 100]) {
      const before = site.app.received.length
      expect((await site.ask(manyFields(count), site.mint())).status).toBe(431)
      expect(site.app.received.length).toBe(before)
    }
    expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
  })

  it('lets none with more pass even without that rule, and goes on', async () => {
    const unruled = await startGuardedSite(cleanup, {
      front: haproxyFront(),
      editSnippet: (text) => text.replace(/^ {4}http-request return status 431 .*\n/m, ''),
    })
    for (const count of [92, 99, 100])
      expect((await unruled.ask(manyFields(count), unruled.mint())).status).toBe(503)
    expect(unruled.app.received).toEqual([])
    expect((await unruled.ask({ target: '/orders/1' }, unruled.mint())).status).toBe(200)
  })

  for (const host of ['other.example.com,api.example.com', 'api.example.com,other.example.com', '']) {
    it(`lets no request for the host "${host}" pass`, async () => {
      expect((await site.ask({ target: '/orders/1', host }, site.mint())).status).toBe(421)
    })
  }

  it('passes on no Connection of the client', async () => {
    const headers = [['Connection', 'keep-alive, X-Auth-Subject']] as const
    expect((await site.ask({ target: '/orders/1', headers }, site.mint())).status).toBe(200)
    expect(site.app.received.at(-1)?.values('Connection')).toEqual([])
  })

  it('sends no body and no length to Warder', async () => {
    const start = counter?.latestBytes().length ?? 0
    const request = {
      method: 'POST',
      target: '/orders/1',
      headers: [['Expect', 'x']] as const,
      body: 'SECRET',
    }
    expect((await site.ask(request, site.mint())).status).toBe(200)
    const sent = counter?.latestBytes().subarray(start).toString('latin1') ?? ''
    expect(sent).toContain('x-forwarded-method: POST')
    expect(sent.toLowerCase()).not.toMatch(/content-length|transfer-encoding|expect|secret/)
  })

  it('takes a POST with a body twice on one connection, and both bodies arrive', async () => {
    const client = await openClient(site.port)
    for (const body of ['first=1', `second=${'2'.repeat(200_000)}`]) {
      client.send(requestText(withToken({ method: 'POST', target: '/orders/1', body }, site.mint())))
      expect((await client.receive()).status).toBe(200)
      expect(site.app.received.at(-1)?.body).toBe(body)
    }
    client.close()
  })

  it('reads the body of a denied POST as no request', async () => {
    const before = site.app.received.length
    const client = await openClient(site.port)
    const body = `GET /public/smuggled HTTP/1.1\r\nHost: api.example.com\r\n\r\n`
    client.send(requestText({ method: 'POST', target: '/orders/1', body }))
    expect((await client.receive()).status).toBe(401)
    client.send(requestText(withToken({ target: '/orders/2' }, site.mint())))
    // Either the connection ended, or the next request is answered.
    await client.receive().then(
      ({ status }) => expect(status).toBe(200),
      () => undefined,
    )
    client.close()
    expect(site.app.received.slice(before).map(({ target }) => target)).not.toContain('/public/smuggled')
  })

  it('judges each request of a connection by itself', async () => {
    const client = await openClient(site.port)
    const request = { target: '/orders/1' }
    for (const [text, status] of [
      [requestText(withToken(request, site.mint())), 200],
      [requestText(request), 401],
      [requestText(withToken(request, site.mint({ exp: 1 }))), 401],
      [requestText(withToken(request, site.mint())), 200],
    ] as const) {
      client.send(text)
      expect((await client.receive()).status).toBe(status)
    }
    client.close()
  })

  it('uses its connections to Warder again, for allows and denials', async () => {
    await site.ask({ target: '/orders/1' }, site.mint())
    const before = counter?.accepted() ?? 0
    for (let i = 0; i < 50; i++) {
      expect((await site.ask({ target: '/orders/1' }, site.mint())).status).toBe(200)
      expect((await site.ask({ target: '/orders/1' })).status).toBe(401)
    }
    // A check of the server may fall into this time.
    expect((counter?.accepted() ?? 0) - before).toBeLessThanOrEqual(3)
  })

  it('judges requests over HTTP/2 like others', async () => {
    const session = connect(`http://127.0.0.1:${site.port}`)
    cleanup.add(() => session.destroy())
    const ask = (path: string, fields: Readonly<Record<string, string>> = {}): Promise<number> =>
      new Promise((resolve, reject) => {
        const stream = session.request({ ':path': path, ':authority': 'api.example.com', ...fields })
        stream.on('response', (headers) => resolve(Number(headers[':status'])))
        stream.on('error', reject)
        stream.resume()
        stream.end()
      })
    const authorization = `Bearer ${site.mint()}`
    expect(await ask('/orders/1?x=1', { authorization, 'x-auth-subject': 'mallory' })).toBe(200)
    expect(site.app.received.at(-1)?.target).toBe('/orders/1?x=1')
    expect(site.app.received.at(-1)?.values('X-Auth-Subject')).toEqual(['alice'])
    expect(site.app.received.at(-1)?.values('Host')).toEqual(['api.example.com'])
    expect(await ask('/orders/1')).toBe(401)
    expect(await ask('/orders//1', { authorization })).toBe(403)
    expect(await ask('/closed/1', { authorization })).toBe(403)
    // A Host beside :authority names no other site.
    expect(await ask('/orders/1', { authorization, host: 'other.example.com' })).not.toBe(500)
    expect(site.warder.log.at(-1)?.fields).not.toMatchObject({ host: 'other.example.com' })
  })
})

liveSuite('large tokens through HAProxy', ['haproxy'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    const extraConfig = 'limits: { max_token_bytes: 64KiB }'
    site = await startGuardedSite(cleanup, { front: haproxyFront(), extraConfig })
  })
  afterAll(() => cleanup.run())

  const cases: readonly (readonly [kib: number, status: number, reason: string | undefined])[] = [
    [7, 200, undefined],
    [17, 200, undefined],
    [63.9, 200, undefined],
    [65, 401, 'token_too_large'],
  ]
  for (const [kib, status, reason] of cases) {
    it(`answers ${status} to a token of ${kib} KiB`, async () => {
      const response = await site.ask({ target: '/orders/1' }, mintOfSize(site, kib * KIB))
      expect(response.status).toBe(status)
      expect(response.values('X-Decision-Reason')).toEqual(reason === undefined ? [] : [reason])
    })
  }

  it('refuses what does not fit into its buffer', async () => {
    const before = site.app.received.length
    // 2.6 and later versions.
    expect([400, 414]).toContain((await site.ask({ target: '/orders/1' }, mintOfSize(site, 90 * KIB))).status)
    expect(site.app.received.length).toBe(before)
  })

  describe('with every identity header at its longest', () => {
    it('carries all of them beside a large token', async () => {
      const [sub, roles, filler] = ['s'.repeat(4096), 'r'.repeat(4096), 'x'.repeat(30 * KIB)]
      expect((await site.ask({ target: '/orders/1' }, site.mint({ sub, roles, filler }))).status).toBe(200)
      expect(site.app.received.at(-1)?.values('X-Auth-Subject')).toEqual([sub])
      expect(site.app.received.at(-1)?.values('X-Auth-Roles')).toEqual([roles])
    })
  })
})
