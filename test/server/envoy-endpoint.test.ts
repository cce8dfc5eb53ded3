/** Envoy's questions over HTTP, through the real listener: the original request line stands behind the endpoint's path. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { askHttp2, h2cSession } from '../support/http2-client.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { ask, type RawRequest } from '../support/live/raw-client.ts'
import { mint } from '../support/mint.ts'
import { CONFIG, runService, type RunningService } from '../support/run-service.ts'

const cleanup = createCleanup()
let running: RunningService

beforeAll(async () => {
  running = await runService(
    CONFIG.replace(
      'routes:',
      'routes:\n  - { name: keep, match: { path: /kept/** }, encoded: keep, policy: read }',
    ),
  )
  cleanup.add(() => running.service.stop(0))
})
afterAll(() => cleanup.run())

const READ = mint({ scope: 'orders:read' })
const WRITE = mint({ scope: 'orders:write' })

type Case = readonly [
  name: string,
  request: Pick<RawRequest, 'method'> & { readonly target: string; readonly token?: string },
  status: number,
  reason: string | undefined,
]

const CASES: readonly Case[] = [
  ['a GET', { target: '/v1/auth/envoy/orders/1?x=1', token: READ }, 200, undefined],
  [
    'a HEAD, which the route for GET lacks',
    { method: 'HEAD', target: '/v1/auth/envoy/orders/1', token: READ },
    403,
    'method_refused',
  ],
  ['a POST', { method: 'POST', target: '/v1/auth/envoy/orders/1', token: WRITE }, 200, undefined],
  [
    'a method of its own',
    { method: 'PURGE', target: '/v1/auth/envoy/orders/1', token: WRITE },
    200,
    undefined,
  ],
  ['OPTIONS', { method: 'OPTIONS', target: '/v1/auth/envoy/orders/1' }, 401, 'token_missing'],
  [
    'a lower-case method',
    { method: 'get', target: '/v1/auth/envoy/orders/1', token: READ },
    403,
    'method_refused',
  ],
  ['no token', { target: '/v1/auth/envoy/orders/1' }, 401, 'token_missing'],
  ['a public path', { target: '/v1/auth/envoy/healthz' }, 200, undefined],
  ['no path', { target: '/v1/auth/envoy', token: READ }, 403, 'origin_missing'],
  ['the root', { target: '/v1/auth/envoy/', token: READ }, 403, 'no_route'],
  ['dot segments to a public path', { target: '/v1/auth/envoy/orders/../healthz' }, 403, 'path_ambiguous'],
  [
    'dot segments to another endpoint',
    { target: '/v1/auth/envoy/../token', token: READ },
    403,
    'path_ambiguous',
  ],
  [
    'dot segments to a policy',
    { target: '/v1/auth/envoy/../envoy-policy/read/x', token: READ },
    403,
    'path_ambiguous',
  ],
  ['encoded dot segments', { target: '/v1/auth/envoy/%2e%2e/token', token: READ }, 403, 'path_ambiguous'],
  ['an empty segment', { target: '/v1/auth/envoy//healthz' }, 403, 'path_ambiguous'],
  ['an encoded slash', { target: '/v1/auth/envoy/orders%2f1', token: READ }, 403, 'path_ambiguous'],
  [
    'an encoded slash that its route keeps',
    { target: '/v1/auth/envoy/kept/a%2fb', token: READ },
    200,
    undefined,
  ],
  ['a policy as the first segment', { target: '/v1/auth/envoy/read/x', token: READ }, 403, 'no_route'],
  [
    'the name of the policy endpoint as a path',
    { target: '/v1/auth/envoy/envoy-policy/read/x', token: READ },
    403,
    'no_route',
  ],
  ['a policy', { target: '/v1/auth/envoy-policy/read/anything', token: READ }, 200, undefined],
  [
    'a policy and a POST',
    { method: 'POST', target: '/v1/auth/envoy-policy/read/anything', token: READ },
    200,
    undefined,
  ],
  [
    'a policy that denies',
    { target: '/v1/auth/envoy-policy/write/orders/1', token: READ },
    403,
    'scope_missing',
  ],
  ['a policy and no path', { target: '/v1/auth/envoy-policy/read', token: READ }, 403, 'origin_missing'],
  ['a policy and the root', { target: '/v1/auth/envoy-policy/read/', token: READ }, 200, undefined],
  ['an unknown policy', { target: '/v1/auth/envoy-policy/nobody/orders/1', token: READ }, 404, undefined],
  ['no policy', { target: '/v1/auth/envoy-policy', token: READ }, 404, undefined],
  ['an empty policy', { target: '/v1/auth/envoy-policy//orders/1', token: READ }, 404, undefined],
  [
    'a name that only begins like the endpoint',
    { target: '/v1/auth/envoyx/orders/1', token: READ },
    404,
    undefined,
  ],
  [
    'a token in the query, which is no source',
    { target: `/v1/auth/envoy/orders/1?token=${READ}` },
    401,
    'token_missing',
  ],
]

interface Answered {
  readonly status: number
  readonly reason: string | undefined
  readonly subject: string | undefined
}

async function overHttp1({ method, target, token }: Case[1]): Promise<Answered> {
  const headers: [string, string][] = [['X-Forwarded-Proto', 'https']]
  if (token !== undefined) headers.push(['Authorization', `Bearer ${token}`])
  const answer = await ask(running.decisionsPort, { method: method ?? 'GET', target, headers })
  const [reason] = answer.values('x-decision-reason')
  return { status: answer.status, reason, subject: answer.values('x-auth-subject')[0] }
}

async function overHttp2({ method, target, token }: Case[1]): Promise<Answered> {
  const session = await h2cSession(running.decisionsPort, cleanup)
  const answer = await askHttp2(session, {
    ':method': method ?? 'GET',
    ':path': target,
    ':scheme': 'http',
    'x-forwarded-proto': 'https',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  })
  session.close()
  const { 'x-decision-reason': reason, 'x-auth-subject': subject } = answer.headers
  return {
    status: answer.status,
    reason: reason as string | undefined,
    subject: subject as string | undefined,
  }
}

for (const [version, asking] of [
  ['HTTP/1.1', overHttp1],
  ['h2c', overHttp2],
] as const) {
  describe(`the endpoint of Envoy over ${version}`, () => {
    for (const [name, request, status, reason] of CASES) {
      it(`answers ${name} with ${status}`, async () => {
        const answer = await asking(request)
        expect([answer.status, answer.reason]).toEqual([status, reason])
        if (status !== 200) expect(answer.subject).toBeUndefined()
        else if (request.token !== undefined) expect(answer.subject).toBe('alice')
      })
    }
  })
}

describe('the fields of a question of Envoy', () => {
  const good = { target: '/v1/auth/envoy/healthz' }
  const asked = async (headers: RawRequest['headers'] = [], host = 'api.example.com') => {
    const answer = await ask(running.decisionsPort, { ...good, headers, host })
    return [answer.status, answer.values('x-decision-reason')[0]]
  }

  it('refuses a question without X-Forwarded-Proto, and names the line to add', async () => {
    expect(await asked()).toEqual([403, 'origin_missing'])
    const { detail } = running.lines.findLast(({ reason }) => reason === 'origin_missing') ?? {}
    expect(String(detail)).toContain('patterns: [{ exact: x-forwarded-proto }]')
  })

  it('refuses two schemes, and others than those of HTTP', async () => {
    expect(
      await asked([
        ['X-Forwarded-Proto', 'https'],
        ['X-Forwarded-Proto', 'https'],
      ]),
    ).toEqual([403, 'origin_missing'])
    expect(await asked([['X-Forwarded-Proto', 'ftp']])).toEqual([403, 'origin_missing'])
  })

  it('reads neither method nor path from the fields of other dialects', async () => {
    const others = [
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Uri', '/healthz'],
      ['X-Forwarded-Method', 'GET'],
      ['X-Original-URL', 'https://api.example.com/healthz'],
      ['X-Original-Method', 'GET'],
      ['X-Envoy-Original-Path', '/healthz'],
    ] as const
    const answer = await ask(running.decisionsPort, { target: '/v1/auth/envoy/orders/1', headers: others })
    expect(answer.status).toBe(401)
  })

  it('closes the connection when a body is announced, and says what to change', async () => {
    const headers = [['X-Forwarded-Proto', 'https']] as const
    const answer = await ask(running.decisionsPort, { ...good, method: 'POST', headers, body: 'x' })
    expect(answer.values('connection')).toEqual(['close'])
    const line = running.lines.find(({ event }) => event === 'unread_body')
    expect(String(line?.['hint'])).toContain('with_request_body')
  })
})
