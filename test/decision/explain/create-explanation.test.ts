import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import type { GuardInput } from '../../../src/decision/guard.ts'
import type { ExplainedStep } from '../../../src/decision/explain/create-explanation.ts'
import {
  BEARER,
  ask,
  bearer,
  decideOf,
  hmacIssuer,
  MAIN_JWKS,
  mainIssuer,
  makeGuard,
  makeRequest,
  policySettings,
  routeSettings,
} from '../../support/make-guard.ts'
import { explain } from '../../support/explain.ts'
import { jwksSource, scriptedSource } from '../../support/key-sources.ts'
import { ISSUER, NOW_SECONDS, constantSignature, encode, mint, mintHmac } from '../../support/tokens.ts'
import type { AuthzRequest } from '../../../src/request/authz-request.ts'

const identity = [{ name: 'X-User', claim: 'sub', arrays: 'csv', encoding: 'percent', maxBytes: 10 }] as const
const input = {
  issuers: [mainIssuer({ require: ['sub'] }), hmacIssuer()],
  policies: [
    policySettings({
      name: 'strict',
      scope: ['read'],
      scopeAny: ['x', 'y'],
      claims: [{ path: 'tenant', equals: 'acme' }],
      identity,
    }),
    policySettings(),
  ],
  routes: [
    routeSettings({ name: 'open', path: ['/open'], access: { kind: 'public' } }),
    routeSettings({ name: 'shut', path: ['/shut'], access: { kind: 'deny' } }),
    routeSettings({ name: 'strict', path: ['/strict'], access: { kind: 'policy', policy: 'strict' } }),
    routeSettings({ name: 'rest', path: ['/rest'] }),
  ],
  tokenSources: [BEARER, { kind: 'query', name: 'token' }],
} satisfies Partial<GuardInput>
const decide = decideOf(makeGuard(input))

const stepsOf = async (request: AuthzRequest): Promise<readonly ExplainedStep[]> =>
  (await explain(decide, request)).steps

/** `step result reason` of each step. */
const outline = (steps: readonly ExplainedStep[]): readonly string[] =>
  steps.map(({ step, result, reason }) => [step, result, reason].filter(Boolean).join(' '))
const request = (path: string, token: string): AuthzRequest =>
  makeRequest({ path, headers: [['authorization', `Bearer ${token}`]] })

describe('explain', () => {
  it('lists every step of an allowed request, each with its setting', async () => {
    const steps = await stepsOf(request('/strict', mint({ claims: { scope: 'read x', tenant: 'acme' } })))
    expect(outline(steps)).toEqual([
      'route pass',
      'token pass',
      'header pass',
      'issuer pass',
      'algorithm pass',
      'key pass',
      'signature pass',
      'time pass',
      'audience pass',
      'claims pass',
      'rules pass',
      'scope pass',
      'identity pass',
    ])
    expect(steps.map(({ setting }) => setting)).toEqual([
      'routes/2',
      'policies/strict',
      undefined,
      'issuers/0',
      'issuers/0/algorithms',
      'issuers/0/keys',
      'issuers/0/keys',
      'issuers/0',
      'issuers/0/audience',
      'issuers/0',
      'policies/strict/claims',
      'policies/strict',
      'policies/strict/identity',
    ])
  })
  it('continues after the first failure, and reports what would fail next', async () => {
    const steps = await stepsOf(request('/strict', mint({ claims: { exp: 1, aud: 'x', sub: undefined } })))
    expect(outline(steps).slice(6)).toEqual([
      'signature pass',
      'time fail token_expired',
      'audience would_fail audience_mismatch',
      'claims would_fail claim_missing',
      'rules would_fail claim_rule_failed',
      'scope would_fail scope_missing',
      'identity pass',
    ])
    expect(steps.find(({ result }) => result === 'fail')?.hint).toContain('clocks')
  })
  it('looks at the claims of a token with a bad signature, and marks them as unverified', async () => {
    const steps = await stepsOf(
      request('/strict', mint({ signer: constantSignature(Buffer.alloc(256)), claims: { exp: 1 } })),
    )
    expect(outline(steps).slice(6, 8)).toEqual([
      'signature fail signature_invalid',
      'time would_fail token_expired',
    ])
    for (const { step, facts } of steps) {
      const isOfClaims = ['time', 'audience', 'claims', 'rules', 'scope'].includes(step)
      expect(`${step} ${facts.includes('(unverified)')}`).toBe(`${step} ${isOfClaims}`)
    }
  })
  it('does not reach the steps that need an issuer if it is unknown, but judges the policy', async () => {
    const steps = await stepsOf(request('/strict', mint({ claims: { iss: 'https://other.example' } })))
    expect(outline(steps)).toEqual([
      'route pass',
      'token pass',
      'header pass',
      'issuer fail issuer_unknown',
      'algorithm not_reached',
      'key not_reached',
      'signature not_reached',
      'time not_reached',
      'audience not_reached',
      'claims not_reached',
      'rules would_fail claim_rule_failed',
      'scope would_fail scope_missing',
      'identity pass',
    ])
    expect(steps[3]?.facts).toContain(JSON.stringify(ISSUER))
  })
  const short = [
    ['/open', 'broken', ['route pass']],
    ['/shut', mint(), ['route fail route_denied', 'token not_reached', 'header not_reached']],
    ['/none', mint(), ['route fail no_route', 'token not_reached']],
    ['/a/../b', mint(), ['route fail path_ambiguous', 'token not_reached']],
    ['/rest', '', ['route pass', 'token fail token_missing', 'header not_reached', 'issuer not_reached']],
    ['/rest', 'broken', ['route pass', 'token pass', 'header fail token_malformed', 'issuer not_reached']],
  ] as const
  for (const [path, token, expected] of short) {
    it(`begins with [${expected.join(', ')}] for ${path}`, async () => {
      const lines = outline(await stepsOf(request(path, token)))
      expect(lines.slice(0, expected.length)).toEqual([...expected])
      if (path === '/open') expect(lines).toHaveLength(1)
      else expect(lines).toHaveLength(13)
    })
  }
  it('shows no subject, no value of an identity header and no token', async () => {
    const token = mint({ claims: { sub: 'secret-subject', tenant: 'secret-tenant', email: 'secret-mail' } })
    for (const path of ['/strict', '/rest', '/none']) {
      const text = JSON.stringify(await stepsOf(request(path, token)))
      expect(text).not.toContain('secret-')
      for (const part of token.split('.')) expect(text).not.toContain(part)
    }
  })
  it('reports only what is wrong with an unreadable token', async () => {
    const text = JSON.stringify(
      await stepsOf(
        request('/rest', `${encode('{"alg":"RS256","kid":["secret"]}')}.${encode('{"a":"secret"}')}.AA`),
      ),
    )
    expect(text).toContain('token_malformed')
    expect(text).not.toContain('secret')
  })
  it('waits for keys as the decision does, and writes the step down once', async () => {
    const found = jwksSource(MAIN_JWKS, ['RS256']).source.lookup('rsa', 'RS256', true)
    const keys = scriptedSource({ state: 'pending', settled: Promise.resolve() }, found)
    const waiting = decideOf(makeGuard({ issuers: [mainIssuer({}, keys)] }))
    const { decision, steps } = await explain(waiting, bearer(mint()))
    expect(decision.reason).toBe('ok')
    expect(steps.filter(({ step }) => step === 'key').map(({ result }) => result)).toEqual(['pass'])
  })
})

/** Denials of these steps are not remembered. */
const FORGOTTEN: readonly string[] = ['route', 'token', 'header']

describe('explain, for every request', () => {
  const claims = fc.record(
    {
      iss: fc.constantFrom(ISSUER, 'https://other.example', 1),
      exp: fc.constantFrom(1, NOW_SECONDS + 60, 'x'),
      nbf: fc.constantFrom(NOW_SECONDS, NOW_SECONDS + 60),
      aud: fc.constantFrom('x', [], ['api://orders']),
      sub: fc.constantFrom('user', 1, 'longer than ten', '\ud800'),
      scope: fc.constantFrom('read', 'read x', ''),
      tenant: fc.constantFrom('acme', 'other'),
      cnf: fc.constant({}),
    },
    { requiredKeys: [] },
  )
  const header = fc.record(
    {
      alg: fc.constantFrom('RS256', 'ES256', 'none', 'HS256'),
      kid: fc.constantFrom('rsa', 'x', 1),
      typ: fc.constantFrom('JWT', 'dpop+jwt'),
      crit: fc.constant([]),
    },
    { requiredKeys: [] },
  )
  const token = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(claims, header).map(([some, head]) => mint({ claims: some, header: head })),
    },
    { weight: 1, arbitrary: claims.map((some) => mintHmac({ claims: some })) },
    { weight: 1, arbitrary: fc.constantFrom('', 'a.b.c', 'a.b.c.d.e', 'x'.repeat(9000)) },
  )
  it('comes to the same decision as without a recorder, and names the deciding step', async () => {
    const cached = decideOf(makeGuard({ ...input, cache: { tokens: 50, bytes: 100_000 } }))
    await fc.assert(
      fc.asyncProperty(
        token,
        fc.constantFrom('/open', '/shut', '/strict', '/rest', '/none', '/a//b'),
        async (text, path) => {
          const plain = await ask(decide, request(path, text))
          const { decision, steps } = await explain(decide, request(path, text))
          expect(decision).toEqual(plain)
          const failed = steps.filter(({ result }) => result === 'fail')
          expect(failed.map(({ reason }) => reason)).toEqual(plain.outcome === 'allow' ? [] : [plain.reason])
          const isRemembered = plain.reason === 'ok' || failed.some(({ step }) => !FORGOTTEN.includes(step))
          for (const isSecond of [false, true]) {
            const { isCacheHit, ...remembered } = await ask(cached, request(path, text))
            expect(remembered).toEqual(plain)
            if (!isRemembered || isSecond) expect(isCacheHit).toBe(isRemembered ? true : undefined)
          }
        },
      ),
      { numRuns: 300, examples: [[mint(), '/rest']] },
    )
  })
})
