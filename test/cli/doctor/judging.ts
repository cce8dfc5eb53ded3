/** Answers, exchanges and sites for tests of findings. */
import { describe, expect, it } from 'bun:test'
import type { Answer } from '../../../src/cli/doctor/asking/answer.ts'
import type { AskedRequest } from '../../../src/cli/doctor/asking/asked-request.ts'
import { readTarget } from '../../../src/cli/doctor/asking/target.ts'
import { arrivalOf, type ProbeExchange } from '../../../src/cli/doctor/judging/arrival.ts'
import type { Finding, ProbeResult } from '../../../src/cli/doctor/judging/finding.ts'
import { PROBES } from '../../../src/cli/doctor/probes/probes.ts'
import type { ConfigFacts } from '../../../src/cli/doctor/site/config-facts.ts'
import type { ProbedSite } from '../../../src/cli/doctor/site/site.ts'

export const ECHO = { 'X-Warder-Echo': '1' }
export const DENIAL = { 'X-Decision-Id': '1', 'X-Decision-Reason': 'token_missing' }

export const answer = (
  status: number,
  fields: Readonly<Record<string, string>> = {},
  body = '',
  fault?: Answer['fault'],
): Answer => ({
  status,
  fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
  body,
  hasSurplus: false,
  ms: 1,
  ...(fault !== undefined && { fault }),
})

const REQUEST: AskedRequest = { label: 'a request', method: 'GET', target: '/orders/1', fields: [] }

export const exchange = (
  given: Answer,
  hasEcho = false,
  request: Partial<AskedRequest> = {},
): ProbeExchange => ({
  request: { ...REQUEST, ...request },
  answer: given,
  arrival: arrivalOf(given, hasEcho),
})

type Fields = readonly (readonly [string, string])[]

/** What the echo answers to a request that arrives with these fields. */
export function echoing(
  fields: Fields,
  request: Partial<AskedRequest> = {},
  shown: { readonly method?: string; readonly target?: string } = {},
): ProbeExchange {
  const { method = 'GET', target = '/orders/1' } = shown
  const body = JSON.stringify({ schema: 'warder.echo/v1', method, target, fields, body_bytes: 0 })
  return exchange(answer(200, ECHO, body), true, request)
}

export const denied = (code = 'token_missing', request: Partial<AskedRequest> = {}): ProbeExchange =>
  exchange(answer(401, { ...DENIAL, 'X-Decision-Reason': code }), false, request)

export const PLANTED = 'warder-doctor-test'

/** A guarded site with an accepted token, without an echo unless `hasEcho`. */
export const makeSite = (change: Partial<ProbedSite> = {}): ProbedSite => ({
  target: readTarget('http://api.example.com/orders/1', {}, undefined),
  proxy: undefined,
  config: undefined,
  token: 'a.b.c',
  bare: denied(),
  allowed: exchange(answer(200)),
  nowhere: exchange(answer(404)),
  hasEcho: false,
  planted: PLANTED,
  ...change,
})

export const SILENT = exchange(answer(0, {}, '', 'late'))
export const OPEN = { bare: exchange(answer(200)) }
export const WITH_ECHO = { hasEcho: true, allowed: echoing([['X-Auth-Subject', 'alice']]) }

/** A configuration whose routes do this with every request. */
export const allowing = (
  access: 'open' | 'guarded' | 'denied',
  identityNames: readonly string[] = [],
): ConfigFacts => ({
  digest: 'abc',
  identityNames,
  maxTokenBytes: 8192,
  accessOf: () => access,
  routeOf: ({ method }) => (access === 'denied' && method !== 'GET' ? undefined : 'route'),
  guarded: [],
  placeToken: (line, token) => ({ fields: [['authorization', `Bearer ${token}`]], query: line.query }),
})

/** What the probe makes of the exchanges. */
export function judge(
  name: string,
  exchanges: readonly ProbeExchange[],
  site: ProbedSite = makeSite(),
): Finding {
  const probe = PROBES.find((one) => one.name === name)
  if (probe === undefined) throw new Error(`no probe ${name}`)
  return probe.judge(exchanges, site)
}

export type Case = readonly [
  what: string,
  exchanges: readonly ProbeExchange[],
  result: ProbeResult,
  site?: Partial<ProbedSite>,
]

/** One test for each case, by the name of the probe. */
export function judgeAll(all: Readonly<Record<string, readonly Case[]>>): void {
  for (const [name, cases] of Object.entries(all)) {
    describe(name, () => {
      for (const [what, exchanges, result, site] of cases)
        it(`${what}: ${result}`, () => {
          const finding = judge(name, exchanges, makeSite(site))
          expect([finding.result, finding.saw]).toEqual([result, expect.stringMatching(/./)])
          // What would make it exact is named, and only then.
          expect(finding.exactWith !== undefined).toBe(result === 'unknown')
        })
    })
  }
}
