/** Attacks on the method of the request around a good token. */
import { describe, expect, it } from 'bun:test'
import { nginxDialect } from '../../src/callers/nginx/dialect.ts'
import type { Decision } from '../../src/decision/decision.ts'
import {
  ask,
  decideOf,
  headersOf,
  makeGuard,
  makeRequest,
  policySettings,
  routeSettings,
} from '../support/make-guard.ts'
import { explain } from '../support/explain.ts'
import { mint } from '../support/tokens.ts'

const guard = makeGuard({
  policies: [policySettings(), policySettings({ name: 'remove', scope: ['remove'] })],
  routes: [
    routeSettings({ name: 'open', path: ['/open/**'], access: { kind: 'public' } }),
    routeSettings({
      name: 'remove',
      method: ['DELETE', 'ZAP'],
      access: { kind: 'policy', policy: 'remove' },
    }),
    routeSettings({ name: 'rest' }),
  ],
})
const decide = decideOf(guard)
const headers = [['authorization', `Bearer ${mint()}`]] as const
const judge = (method: string, path = '/x'): Promise<Decision> =>
  ask(decide, makeRequest({ method, path, headers }))

describe('attack: a method in another letter case, which no method rule matches and some servers serve', () => {
  for (const method of ['delete', 'Delete', 'DELETe', 'zap', 'get', 'post', 'Patch', 'propfind']) {
    it(`denies ${method}, on public routes too`, async () => {
      const expected = {
        outcome: 'deny',
        reason: 'method_refused',
        status: 403,
        denial: { fault: 'letter_case' },
      }
      expect(await judge(method)).toMatchObject(expected)
      expect(await judge(method, '/open/x')).toMatchObject(expected)
    })
  }
  it('still judges DELETE by its rule, and an unknown method by the rules that are left', async () => {
    expect(await judge('DELETE')).toMatchObject({ reason: 'scope_missing', route: 'remove' })
    expect(await judge('frob')).toMatchObject({ reason: 'ok', route: 'rest' })
  })
  it('denies it if there are no routes, and if the caller names the policy', async () => {
    const bare = decideOf(makeGuard())
    expect(await ask(bare, makeRequest({ method: 'delete', headers }))).toMatchObject({
      reason: 'method_refused',
    })
    const request = makeRequest({ method: 'delete', headers })
    expect(await decide({ request, policy: guard.policies.get('any') })).toMatchObject({
      reason: 'method_refused',
    })
  })
  it('denies it in the dialect of nginx', async () => {
    const parsed = nginxDialect.parse({
      method: 'GET',
      path: '/v1/auth/nginx',
      query: undefined,
      host: 'warder',
      headers: headersOf([
        ['x-original-method', 'delete'],
        ['x-original-url', 'https://a.example/x'],
        ...headers,
      ]),
    })
    if (!parsed.ok) throw new Error('not read')
    expect(await ask(decide, parsed.value)).toMatchObject({ reason: 'method_refused' })
  })
})

describe('attack: TRACE shows the client the identity headers, CONNECT opens a tunnel', () => {
  for (const method of ['TRACE', 'trace', 'Trace', 'CONNECT', 'connect']) {
    it(`denies ${method}`, async () =>
      expect(await judge(method, '/open/x')).toMatchObject({
        reason: 'method_refused',
        denial: { fault: method.toLowerCase() },
      }))
  }
})

describe('attack: a query that names another method for the application (`_method`)', () => {
  const table = makeGuard({
    policies: [policySettings(), policySettings({ name: 'remove', scope: ['remove'] })],
    routes: [
      routeSettings({
        name: 'ignores',
        path: ['/ignores/**'],
        method: ['POST'],
        allowMethodParameter: true,
      }),
      routeSettings({ name: 'remove', method: ['DELETE'], access: { kind: 'policy', policy: 'remove' } }),
      routeSettings({ name: 'write', method: ['POST', 'PUT'] }),
      routeSettings({ name: 'read', method: ['GET'] }),
    ],
  })
  const judges = decideOf(table)
  const cases = [
    ['POST', '_method=DELETE', 'method_refused'],
    ['POST', 'a=1&%5Fmethod=delete', 'method_refused'],
    ['POST', '_method=PUT&_method=DELETE', 'method_refused'],
    ['POST', '_method=PATCH', 'method_refused'],
    ['POST', '_method=', 'method_refused'],
    ['GET', '_method=DELETE', 'method_refused'],
    ['POST', '_method=a&_method=b&_method=c&_method=d&_method=e', 'method_refused'],
    ['POST', '_method=PUT', 'ok'],
    ['POST', '_method=post', 'ok'],
    ['GET', '_method=GET', 'ok'],
    ['GET', 'method=DELETE', 'ok'],
  ] as const
  for (const [method, query, reason] of cases) {
    it(`answers ${method} /x?${query} with ${reason}`, async () =>
      expect((await ask(judges, makeRequest({ method, path: '/x', query, headers }))).reason).toBe(reason))
  }
  it('lets it pass on a route that allows it, and if no route names methods', async () => {
    const request = makeRequest({ method: 'POST', path: '/ignores/x', query: '_method=DELETE', headers })
    expect(await ask(judges, request)).toMatchObject({ reason: 'ok', route: 'ignores' })
    const bare = decideOf(makeGuard({ policies: [policySettings()], routes: [routeSettings()] }))
    expect((await ask(bare, request)).reason).toBe('ok')
  })
  it('is explained by the route that the other method would meet', async () => {
    const request = makeRequest({ method: 'POST', path: '/x', query: '_method=DELETE', headers })
    const { steps } = await explain(judges, request)
    expect(steps[0]).toMatchObject({ reason: 'method_refused', setting: 'routes/1' })
    expect(steps[0]?.facts).toContain('remove')
  })
})
