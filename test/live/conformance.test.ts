/**
 * One table of cases through each real proxy. What no proxy may do, a wrong allow or a spoofed header, fails at once;
 * the rest is compared with test/golden/conformance/NAME.json, from which the table of docs/callers.md is made.
 *
 * UPDATE_GOLDEN=1 writes the outcomes anew; read the difference before you keep it.
 */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { PROXIES } from '../../src/callers/callers.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { outcomeOf } from '../support/live/conformance/outcome.ts'
import { CONFORMING, nameOf } from '../support/live/conformance/proxies.ts'
import { REQUEST_CASES } from '../support/live/conformance/request-cases.ts'
import { SEQUENCE_CASES } from '../support/live/conformance/sequence-cases.ts'
import { startConformanceSite, type ConformanceSite } from '../support/live/conformance/site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { ask } from '../support/live/raw-client.ts'

const CASES = [
  ...REQUEST_CASES.map((one) => ({
    title: one.title,
    run: (site: ConformanceSite) => outcomeOf(one, site),
  })),
  ...SEQUENCE_CASES,
]
const isUpdate = process.env['UPDATE_GOLDEN'] === '1'

for (const proxy of CONFORMING) {
  const file = new URL(`../golden/conformance/${nameOf(proxy)}.json`, import.meta.url)
  const golden: Readonly<Record<string, string>> = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)
    : {}
  const seen: Record<string, string> = {}

  liveSuite(`the conformance of ${nameOf(proxy)}`, proxy.programs, () => {
    const cleanup = createCleanup()
    let site: ConformanceSite
    beforeAll(async () => {
      site = await startConformanceSite(proxy, cleanup)
    })
    afterAll(async () => {
      await cleanup.run()
      if (isUpdate) writeFileSync(file, `${JSON.stringify(seen, null, 2)}\n`)
    })

    for (const { title, run } of CASES) {
      it(`holds for ${title}`, async () => {
        const outcome = await run(site)
        seen[title] = outcome
        if (!isUpdate) expect(outcome).toBe(golden[title] as string)
      })
    }

    it('gives the application what its definition says for an identity header without a value', async () => {
      const headers = [['Authorization', `Bearer ${site.mint()}`]] as const
      await ask(site.port, { target: '/orders/1', headers })
      const { carries } = PROXIES.find(({ name }) => name === proxy.name) ?? {}
      const expected = carries?.absentIdentity === 'empty' ? [''] : []
      expect(site.app.received.at(-1)?.values('x-auth-roles')).toEqual(expected)
    })

    it('has an outcome for each case and no other', () => {
      if (!isUpdate) expect(Object.keys(golden)).toEqual(CASES.map(({ title }) => title))
    })
  })
}
