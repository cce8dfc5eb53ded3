/**
 * The same requests through each real proxy. Whatever a proxy does to a request, the application gets exactly what was
 * judged; and where the proxy passes a request on as it came, the decision is the one on the request itself.
 */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import type { Decision } from '../../src/decision/decision.ts'
import { PROXIES } from '../../src/callers/callers.ts'
import { splitTarget } from '../../src/request/split-target.ts'
import { parseHost } from '../../src/syntax/parse-host.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { askSite, assertHarmless } from '../support/live/conformance/outcome.ts'
import { PARITY_REQUESTS, type ParityRequest } from '../support/live/conformance/parity-requests.ts'
import { CONFORMING, nameOf } from '../support/live/conformance/proxies.ts'
import { startConformanceSite, type ConformanceSite } from '../support/live/conformance/site.ts'
import { liveSuite } from '../support/live/live-suite.ts'

/** How many requests a proxy may change or refuse by itself, beside those that it passes on. */
interface Counts {
  asked: number
  changed: number
  refused: number
}

for (const proxy of CONFORMING) {
  liveSuite(`${nameOf(proxy)} and the requests of the parity test`, proxy.programs, () => {
    const cleanup = createCleanup()
    let site: ConformanceSite
    beforeAll(async () => {
      site = await startConformanceSite(proxy, cleanup)
    })
    afterAll(() => cleanup.run())

    it('are judged as they are, or not at all, and arrive as they were judged', async () => {
      const token = site.mint()
      const counts: Counts = { asked: 0, changed: 0, refused: 0 }
      for (const request of PARITY_REQUESTS) await checkOne(site, request, token, counts)
      expect(counts.asked + counts.refused).toBe(PARITY_REQUESTS.length)
      // Otherwise hardly anything was compared.
      expect(counts.asked - counts.changed).toBeGreaterThan(100)
      const { carries } = PROXIES.find(({ name }) => name === proxy.name) ?? {}
      if (carries?.path === 'raw') expect(counts.changed).toBe(0)
      else expect(counts.changed).toBeGreaterThan(0)
    })
  })
}

async function checkOne(
  site: ConformanceSite,
  request: ParityRequest,
  token: string,
  counts: Counts,
): Promise<void> {
  const { hasToken, ...raw } = request
  const headers = hasToken ? ([['Authorization', `Bearer ${token}`]] as const) : []
  const decided = site.decisions.length
  const arrived = site.app.received.length
  await askSite(site, { ...raw, headers })
  const decisions = site.decisions.slice(decided)
  const received = site.app.received.slice(arrived)
  const about = `${raw.method} ${raw.target} Host: ${raw.host}`
  expect([about, decisions.length > 1 || received.length > 1]).toEqual([about, false])
  const [one] = decisions
  for (const got of received) {
    assertHarmless(got)
    // What arrived was judged and allowed, byte for byte.
    const judged = one && `${one.request.method} ${targetOf(one.request)} ${one.decision.outcome}`
    expect([about, judged]).toEqual([about, `${got.method} ${withoutEmptyQuery(got.target)} allow`])
  }
  if (one === undefined) {
    counts.refused += 1
    return
  }
  counts.asked += 1
  if (one.decision.outcome === 'allow') expect([about, received.length]).toEqual([about, 1])
  if (targetOf(one.request) !== withoutEmptyQuery(raw.target) || one.request.method !== raw.method) {
    counts.changed += 1
    return
  }
  const direct = await decideDirectly(site, request, headers)
  expect([about, summary(one.decision)]).toEqual([about, summary(direct)])
}

const targetOf = ({ path, query }: { readonly path: string; readonly query: string }): string =>
  query === '' ? path : `${path}?${query}`

// A request that is judged does not tell `/x?` from `/x`.
const withoutEmptyQuery = (target: string): string => target.replace(/^([^?]*)\?$/, '$1')

function decideDirectly(
  site: ConformanceSite,
  { method, target, host }: ParityRequest,
  headers: readonly (readonly [string, string])[],
): Decision | Promise<Decision> {
  const { path, query } = splitTarget(target)
  const request = {
    ...({ method, scheme: 'http', host: parseHost(host) ?? '', path, query } as const),
    headers: new Headers(headers.map(([name, value]) => [name, value])),
  }
  return site.warder.service.instance.decide({ request, policy: undefined })
}

const summary = ({ outcome, reason, route }: Decision): string => `${outcome} ${reason} ${route}`
