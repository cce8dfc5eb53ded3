import { describe, expect, it } from 'bun:test'
import { ask, bearer, decideOf, makeGuard, policySettings, routeSettings } from '../support/make-guard.ts'
import { explain } from '../support/explain.ts'
import { mint } from '../support/tokens.ts'

const IDENTITY = [
  { name: 'X-User', claim: 'sub', arrays: 'csv', encoding: 'percent', maxBytes: 100 },
] as const
const policies = [policySettings({ identity: IDENTITY })]
const judged = (more: object): ReturnType<typeof routeSettings> => ({ ...routeSettings(), ...more })
const guard = makeGuard({
  policies,
  routes: [
    judged({ name: 'write', path: ['/orders/**'], method: ['POST', 'DELETE'], preflight: 'allow' }),
    judged({ name: 'read', path: ['/orders/**'], method: ['GET'] }),
    judged({ name: 'admin', path: ['/admin/**'] }),
    judged({ name: 'case', path: ['/App/**'], preflight: 'allow' }),
  ],
})
const decide = decideOf(guard)

type Fields = Readonly<Record<string, string>>
const PREFLIGHT: Fields = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
const request = (
  path: string,
  fields: Fields,
  method = 'OPTIONS',
  query = '',
): ReturnType<typeof bearer> => ({
  ...bearer(''),
  method,
  path,
  query,
  headers: new Headers(fields),
})

const CASES: readonly (readonly [name: string, request: ReturnType<typeof bearer>, reason: string])[] = [
  ['a preflight for a method of the route', request('/orders/1', PREFLIGHT), 'preflight'],
  [
    'one with the usual list of fields',
    request('/orders/1', { ...PREFLIGHT, 'access-control-request-headers': 'authorization' }),
    'preflight',
  ],
  ['one of a page without an origin', request('/orders/1', { ...PREFLIGHT, origin: 'null' }), 'preflight'],
  [
    'one for a method of a route that judges them',
    request('/orders/1', { ...PREFLIGHT, 'access-control-request-method': 'GET' }),
    'no_route',
  ],
  [
    'one for a method of no route',
    request('/orders/1', { ...PREFLIGHT, 'access-control-request-method': 'PATCH' }),
    'no_route',
  ],
  ['one of a path that judges them', request('/admin/1', PREFLIGHT), 'token_missing'],
  [
    'OPTIONS without an announced method',
    request('/orders/1', { origin: 'https://app.example' }),
    'no_route',
  ],
  [
    'OPTIONS without an origin',
    request('/orders/1', { 'access-control-request-method': 'POST' }),
    'no_route',
  ],
  [
    'two announced methods',
    request('/orders/1', { ...PREFLIGHT, 'access-control-request-method': 'POST, DELETE' }),
    'no_route',
  ],
  [
    'two origins',
    request('/orders/1', { ...PREFLIGHT, origin: 'https://a.example, https://b.example' }),
    'no_route',
  ],
  ['an empty origin', request('/orders/1', { ...PREFLIGHT, origin: '' }), 'no_route'],
  ['one with a token', request('/orders/1', { ...PREFLIGHT, authorization: 'Bearer x' }), 'no_route'],
  ['one with a cookie', request('/orders/1', { ...PREFLIGHT, cookie: 'session=1' }), 'no_route'],
  ['a POST with the fields of a preflight', request('/orders/1', PREFLIGHT, 'POST'), 'token_missing'],
  [
    'a method that servers might read as OPTIONS',
    request('/orders/1', PREFLIGHT, 'options'),
    'method_refused',
  ],
  ['a path with two readings', request('/orders/..%2fadmin', PREFLIGHT), 'path_ambiguous'],
  ['the path in another letter case', request('/ORDERS/1', PREFLIGHT), 'no_route'],
  [
    'a query that names the method of another route',
    request('/orders/1', PREFLIGHT, 'OPTIONS', '_method=GET'),
    'no_route',
  ],
]

describe('a route with preflight: allow', () => {
  for (const [name, asked, reason] of CASES)
    it(`answers ${reason} to ${name}, also when it is explained`, async () => {
      const decision = await ask(decide, asked)
      expect([decision.reason, decision.outcome]).toEqual([
        reason,
        reason === 'preflight' ? 'allow' : 'deny',
      ] as never)
      if (decision.outcome === 'allow') expect(decision.identity).toEqual([''])
      expect((await explain(decide, asked)).decision.reason).toBe(decision.reason)
    })

  it('asks for a token of every other request', async () => {
    expect((await ask(decide, { ...bearer(mint()), path: '/orders/1', method: 'POST' })).reason).toBe('ok')
  })
})
