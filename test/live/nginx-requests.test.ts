import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { mintOfSize } from '../support/live/large-tokens.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { AMBIGUOUS_TARGETS, PLAIN_TARGETS } from '../support/live/targets.ts'

const KIB = 1024

liveSuite('requests as they arrive through nginx', ['nginx'], () => {
  const cleanup = createCleanup()
  let site: GuardedSite
  beforeAll(async () => {
    site = await startGuardedSite(cleanup)
  })
  afterAll(() => cleanup.run())

  for (const target of [...PLAIN_TARGETS, '/orders/1?a=http://b/../c#']) {
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

  for (const target of AMBIGUOUS_TARGETS) {
    it(`denies ${target} as path_ambiguous`, async () => {
      const before = site.app.received.length
      const response = await site.ask({ target }, site.mint())
      expect(response.status).toBe(403)
      expect(response.values('X-Decision-Reason')).toEqual(['path_ambiguous'])
      expect(site.app.received.length).toBe(before)
    })
  }

  for (const target of ['/orders/%', '/orders/%zz', '/orders/%00', '/../closed/1']) {
    it(`does not let ${target} pass: nginx refuses it itself`, async () => {
      const before = site.app.received.length
      expect((await site.ask({ target }, site.mint())).status).toBe(400)
      expect(site.app.received.length).toBe(before)
    })
  }

  it('judges the host of an absolute-form request, not the Host header', async () => {
    const response = await site.ask(
      { target: 'http://other.example.com/orders/1', host: 'api.example.com' },
      site.mint(),
    )
    expect(response.values('X-Decision-Reason')).toEqual(['no_route'])
    expect(site.warder.log.at(-1)?.fields).toMatchObject({ host: 'other.example.com', path: '/orders/1' })
  })

  it('passes on the judged host of an absolute-form request', async () => {
    const response = await site.ask(
      { target: 'http://api.example.com/orders/1?x=1', host: 'evil.example.com' },
      site.mint(),
    )
    expect(response.status).toBe(200)
    expect(site.app.received.at(-1)?.values('Host')).toEqual(['api.example.com'])
    expect(site.app.received.at(-1)?.target).toBe('/orders/1?x=1')
  })

  it('lets no request with two Authorization headers pass', async () => {
    const before = site.app.received.length
    const headers = [['Authorization', `Bearer ${site.mint()}`]] as const
    const response = await site.ask({ target: '/orders/1', headers }, site.mint())
    // nginx refuses it itself; a later one might ask Warder, which calls it token_multiple.
    expect([400, 401]).toContain(response.status)
    expect(site.app.received.length).toBe(before)
  })

  it('lets two tokens in one Authorization header not pass', async () => {
    const response = await site.ask({ target: '/orders/1' }, `${site.mint()}, Bearer ${site.mint()}`)
    expect(response.values('X-Decision-Reason')).toEqual(['token_multiple'])
  })
})

liveSuite('large tokens through nginx', ['nginx'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  const limits: readonly {
    readonly name: string
    readonly extraConfig: string
    readonly cases: readonly (readonly [kib: number, status: number, reason: string | undefined])[]
  }[] = [
    {
      name: 'with the default limit of 8 KiB',
      extraConfig: '',
      cases: [
        [7, 200, undefined],
        [9, 401, 'token_too_large'],
        [17, 401, 'token_too_large'],
        [64, 401, 'token_too_large'],
      ],
    },
    {
      name: 'with a limit of 64 KiB',
      extraConfig: 'limits: { max_token_bytes: 64KiB }',
      cases: [
        [7, 200, undefined],
        [9, 200, undefined],
        [17, 200, undefined],
        [63.9, 200, undefined],
        [65, 401, 'token_too_large'],
        // Beyond nginx's buffer.
        [73, 400, undefined],
      ],
    },
  ]
  for (const { name, extraConfig, cases } of limits) {
    describe(name, () => {
      let site: GuardedSite
      beforeAll(async () => {
        site = await startGuardedSite(cleanup, { extraConfig })
      })
      for (const [kib, status, reason] of cases) {
        it(`answers ${status} to a token of ${kib} KiB`, async () => {
          const response = await site.ask({ target: '/orders/1' }, mintOfSize(site, kib * KIB))
          expect(response.status).toBe(status)
          expect(response.values('X-Decision-Reason')).toEqual(reason === undefined ? [] : [reason])
        })
      }
    })
  }

  it('carries every identity header at its longest', async () => {
    const site = await startGuardedSite(cleanup, { extraConfig: 'limits: { max_token_bytes: 64KiB }' })
    const [sub, roles] = ['s'.repeat(4096), 'r'.repeat(4096)]
    expect((await site.ask({ target: '/orders/1' }, site.mint({ sub, roles }))).status).toBe(200)
    expect(site.app.received.at(-1)?.values('X-Auth-Subject')).toEqual([sub])
    expect(site.app.received.at(-1)?.values('X-Auth-Roles')).toEqual([roles])
  })
})
