/** Tokens in fields that no application may get from a client: Warder reads them, and the application gets none. */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { CONFORMING, nameOf } from '../support/live/conformance/proxies.ts'
import { startConformanceSite, type ConformanceSite } from '../support/live/conformance/site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { ask, type RawRequest } from '../support/live/raw-client.ts'

const NAMES = ['X-Forwarded-Access-Token', 'X-Original-Token'] as const
const SOURCES = `token_sources: [${NAMES.map((name) => `{ header: ${name} }`).join(', ')}]\n`

for (const proxy of CONFORMING) {
  liveSuite(`${nameOf(proxy)} and tokens in fields of other proxies`, proxy.programs, () => {
    const cleanup = createCleanup()
    let site: ConformanceSite
    beforeAll(async () => {
      site = await startConformanceSite(
        {
          ...proxy,
          extraConfig: SOURCES,
          start: (at, ending) => proxy.start({ ...at, tokenFields: NAMES }, ending),
        },
        cleanup,
      )
    })
    afterAll(() => cleanup.run())
    const reasonOf = async (target: string, headers: RawRequest['headers'] = []): Promise<string> => {
      const { status, values } = await ask(site.port, { target, headers })
      return [status, ...values('x-decision-reason')].join(' ')
    }

    for (const name of NAMES)
      it(`lets Warder read ${name}, once`, async () => {
        const token = site.mint()
        expect(await reasonOf('/orders/1', [[name, token]])).toBe('200')
        expect(site.app.received.at(-1)?.values('x-auth-subject')).toEqual(['alice'])
        const twice = [
          [name, token],
          [name, site.mint({ sub: 'bob' })],
        ] as const
        expect(await reasonOf('/orders/1', twice)).toBe('401 token_multiple')
      })

    it('gives the application none in X-Forwarded-Access-Token, with and without a decision on it', async () => {
      expect(await reasonOf('/orders/1', [['X-Forwarded-Access-Token', site.mint()]])).toBe('200')
      expect(await reasonOf('/public/1', [['X-Forwarded-Access-Token', 'mallory']])).toBe('200')
      for (const { values } of site.app.received.slice(-2))
        expect(values('x-forwarded-access-token').join('')).toBe('')
    })
  })
}
