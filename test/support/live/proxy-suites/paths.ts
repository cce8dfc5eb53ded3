/** Odd paths through a real proxy: none is a wrong allow, and the application gets the judged one. */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../guarded-site.ts'
import type { HttpMessage } from '../http-message.ts'
import { liveSuite } from '../live-suite.ts'
import { startRecordingRelay, type RecordingRelay } from '../recording-relay.ts'
import { valuesOf } from '../http-message.ts'
import type { LiveProxy } from './live-proxy.ts'

const PLAIN = [
  '/orders/a%20b',
  '/orders/%C3%A9?x=%2F..%2f&y=a+b',
  "/orders/~a'(b)!*,$&=@:",
  '/orders/1?',
  '/orders/1?a=http://b/../c',
]

/** Each of them could be read as a path of another route. */
const ODD = [
  '//orders/1',
  '/orders//1',
  '//closed/1',
  '/orders/a%2Fb',
  '/orders/a%2fb',
  '/orders%2f..%2fclosed/1',
  '/orders/a%5Cb',
  '/orders/a\\b',
  '/orders/..\\closed/1',
  '/orders/../closed/1',
  '/orders/%2e%2e/closed/1',
  '/orders/.%2e/closed/1',
  '/orders/..;/closed/1',
  '/orders/..%3b/closed/1',
  '/orders/./1',
  '/orders/1/.',
  '/orders/1/..',
  '/closed/../orders/1',
  '/orders/1;x=1',
  '/orders/%252e%252e/closed/1',
  '/orders/%3Fa',
  '/orders/%23a',
  '/orders/1#/public/1',
  '/orders/%ff',
  '/orders/\xe9',
  '/orders/%',
  '/orders/%zz',
  '/orders/%00',
  '/../closed/1',
  '/ORDERS/1',
  '/Closed/1',
  '/CLOSED/1',
  '/%63losed/1',
  '/public/../closed/1',
  '/public//closed/1',
  '/public/..;/closed/1',
  '/public/1?x=1;y=/closed/1',
  '/public/{x}',
  '*',
  'orders/1',
]

/** Empty and dot segments, parameters, and escapes of what divides a path. */
const SEVERAL_READINGS = /\/\/|\/\.{1,2}(?:\/|$)|[;\\]|%(?:00|2[35ef]|3[bf]|5c|e9|ff)/i

const TARGET_FIELDS = { forward: 'X-Forwarded-Uri', nginx: 'X-Original-URL' } as const

export function pathsSuite({ name, programs, front, proxy: { asks, carries } }: LiveProxy): void {
  liveSuite(`${name}: odd paths`, programs, () => {
    const cleanup = createCleanup()
    let site: GuardedSite
    let relay: RecordingRelay
    beforeAll(async () => {
      const between = async (warderPort: number): Promise<number> => {
        relay = await startRecordingRelay(warderPort, cleanup)
        return relay.port
      }
      site = await startGuardedSite(cleanup, { front, between })
    })
    afterAll(() => cleanup.run())

    const judgedTarget = (question: HttpMessage | undefined): string | undefined => {
      const field = TARGET_FIELDS[asks.name as keyof typeof TARGET_FIELDS]
      return question === undefined ? undefined : valuesOf(question, field)[0]
    }

    for (const target of PLAIN) {
      it(`passes ${target} to the application byte for byte`, async () => {
        expect((await site.ask({ method: 'PATCH', target }, site.mint())).status).toBe(200)
        expect(site.app.received.at(-1)?.target).toBe(target)
        expect(site.app.received.at(-1)?.method).toBe('PATCH')
        // The client's query is not in the URL of the question.
        const [, url] = relay.exchanges().at(-1)?.question.startLine.split(' ') ?? []
        expect(url).toMatch(/^\/v1\/auth\/[a-z-]+\??$/)
      })
    }

    it.each(ODD)('shows the application what was judged, or nothing: %s', async (target) => {
      for (const token of [site.mint(), undefined]) {
        const before = { app: site.app.received.length, asked: relay.exchanges().length }
        const { status } = await site.ask({ target }, token)
        const passed = site.app.received.slice(before.app)
        const asked = relay.exchanges().slice(before.asked)
        if (status !== 200) {
          expect([status, passed]).toEqual([status, []])
          continue
        }
        // One question, one request, and both have the same path.
        expect([asked.length, passed.length]).toEqual([1, 1])
        expect(judgedTarget(asked[0]?.question)).toBe(passed[0]?.target)
        // What reached the application has one reading, in which its route allows it.
        const [path = ''] = passed[0]?.target.split('?') ?? []
        expect(path).not.toMatch(SEVERAL_READINGS)
        expect(path).toMatch(token === undefined ? /^\/public\// : /^\/(?:orders|public)(?:\/|$)/)
      }
    })

    const ambiguous = [
      '/orders/a%2Fb',
      '/orders/a%5Cb',
      '/orders/..;/closed/1',
      '/orders/%252e',
      '/orders/%3Fa',
    ]
    const raw = ['//orders/1', '/orders//1', '/orders/../closed/1', '/orders/%2e%2e/closed/1', '/orders/./1']
    for (const target of carries.path === 'raw' ? [...ambiguous, ...raw] : ambiguous) {
      it(`denies ${target} as path_ambiguous`, async () => {
        const response = await site.ask({ target }, site.mint())
        expect([response.status, response.values('X-Decision-Reason')]).toEqual([403, ['path_ambiguous']])
      })
    }

    it('judges the host of an absolute-form request, not the Host field', async () => {
      const target = 'http://other.example.com/orders/1'
      const before = site.app.received.length
      const response = await site.ask({ target, host: 'api.example.com' }, site.mint())
      expect(response.status).not.toBe(200)
      expect(site.app.received.length).toBe(before)
    })

    it('passes on the judged host of an absolute-form request', async () => {
      const before = site.app.received.length
      const target = 'http://api.example.com/orders/1?x=1'
      const response = await site.ask({ target, host: 'evil.example.com' }, site.mint())
      const passed = site.app.received.slice(before)
      // Some refuse it.
      if (response.status === 200)
        expect(passed.map((request) => [request.target, request.values('Host')])).toEqual([
          ['/orders/1?x=1', ['api.example.com']],
        ])
      else expect(passed).toEqual([])
    })

    it('lets no CONNECT pass', async () => {
      const before = site.app.received.length
      for (const target of ['api.example.com:80', '/orders/1', '/public/1'])
        await site.ask({ method: 'CONNECT', target }, site.mint()).catch(() => undefined)
      const passed = site.app.received.slice(before).filter(({ method }) => method !== 'CONNECT')
      expect(passed).toEqual([])
    })
  })
}
