/** What the admin API shows of the configuration in force: its text, its routes, and explanations. */
import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { mint } from '../support/mint.ts'
import { CONFIG, runService, SECRET } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const ORDER = 'https://api.example.com/orders/42'
const TOKEN = 'the-token-that-may-read'

/** What the expectations look into. */
interface Looked {
  readonly code?: string
  readonly route?: unknown
  readonly reason?: unknown
  readonly facts?: string
  readonly total?: number
  readonly decisions?: unknown
  readonly routes: readonly {
    readonly name: string
    readonly order: number
    readonly [more: string]: unknown
  }[]
  readonly config: { readonly admin: { readonly tokens: unknown } }
  readonly origins: readonly { readonly pointer: string; readonly value: string; readonly origin: object }[]
}

async function start(text = CONFIG) {
  const running = await runService(text)
  cleanup.add(() => running.service.stop(0))
  const get = async (path: string): Promise<Looked> =>
    (await (await fetch(`${running.admin}${path}`)).json()) as Looked
  const explain = async (body: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    return (await fetch(`${running.admin}/v1/explain`, init)).json()
  }
  return { ...running, get, explain }
}

describe('POST /v1/explain', () => {
  it('judges as the service would, with the token in the body or in a header', async () => {
    const { explain } = await start()
    const token = mint({ scope: 'orders:read' })
    for (const asked of [{ token }, { headers: { Authorization: `Bearer ${token}` } }])
      expect(await explain({ method: 'GET', url: ORDER, ...asked })).toMatchObject({
        schema: 'warder.explain/v1',
        decision: 'allow',
        route: 'read',
        policy: 'read',
        issuer: 'main',
      })
    expect(await explain({ method: 'GET', url: ORDER })).toMatchObject({ reason: 'token_missing' })
    expect(await explain({ method: 'POST', url: ORDER, token })).toMatchObject({ reason: 'scope_missing' })
    expect(await explain({ method: 'GET', url: ORDER, policy: 'write', token })).toMatchObject({
      reason: 'scope_missing',
    })
  })

  it('neither answers nor logs the token, wherever it was sent', async () => {
    const { explain, lines } = await start()
    const token = mint({ scope: 'orders:read', sub: 'somebody' })
    const [header = '', payload = '', signature = ''] = token.split('.')
    const answers = [
      await explain({ method: 'GET', url: `${ORDER}?access_token=${token}`, token }),
      await explain({ method: 'GET', url: `https://api.example.com/${token}`, token }),
      await explain({ method: 'GET', url: ORDER, headers: { [token]: 'x\r\ny' } }),
      await explain({ method: token, url: ORDER, token }),
      await explain({ method: 'GET', url: token }),
      await explain({ method: 'GET', url: ORDER, tokn: token }),
      await explain({ method: 'GET', url: ORDER, token: [token] }),
    ]
    const seen = JSON.stringify([answers, lines])
    for (const part of [header, payload, signature]) expect(seen).not.toContain(part)
  })

  it('refuses what is no request', async () => {
    const { explain } = await start()
    const BROKEN = [
      { url: ORDER },
      { method: 'GET', url: '/orders' },
      { method: 'G T', url: ORDER },
      { method: 'GET', url: ORDER, headers: { 'a b': 'x' } },
      { method: 'GET', url: ORDER, headers: { a: 'x\r\ny: z' } },
      { method: 'GET', url: ORDER, policy: 'raed' },
      { method: 'GET', url: ORDER, policy: '__proto__' },
    ]
    for (const body of BROKEN) expect(await explain(body)).toMatchObject({ code: 'ERR_ADMIN_BODY' })
    expect(await explain({ method: 'GET', url: ORDER, policy: 'raed' })).toMatchObject({
      hints: ['did you mean "read"?'],
    })
  })

  it('does not become a decision of the service', async () => {
    const { explain, get, lines } = await start()
    await explain({ method: 'GET', url: ORDER })
    expect((await get('/v1/decisions')).decisions).toEqual([])
    expect(lines.filter(({ event }) => event === 'decision')).toEqual([])
  })
})

describe('GET /v1/routes', () => {
  it('lists the routes in order, some at a time', async () => {
    const { get } = await start()
    const { total, routes } = await get('/v1/routes')
    expect([total, routes.map(({ name }: { name: string }) => name)]).toEqual([
      3,
      ['health', 'read', 'write'],
    ])
    expect(routes[1]).toEqual({
      name: 'read',
      order: 1,
      access: 'policy',
      policy: 'read',
      match: { host: [], path: ['/orders/**'], method: ['GET'] },
      upstream: null,
    })
    expect((await get('/v1/routes?offset=1&limit=1')).routes.map(({ order }) => order)).toEqual([1])
    for (const query of ['limit=0', 'limit=1001', 'limit=-1', 'offset=x', 'limit=1e3'])
      expect((await get(`/v1/routes?${query}`)).code).toBe('ERR_ADMIN_QUERY')
  })

  const MATCHES: readonly (readonly [method: string, path: string, expected: object])[] = [
    [
      'GET',
      '/orders/1',
      { route: { name: 'read' }, reason: null, skipped: [{ name: 'health', why: 'path' }] },
    ],
    [
      'POST',
      '/orders/1',
      {
        route: { name: 'write' },
        skipped: [
          { name: 'health', why: 'path' },
          { name: 'read', why: 'method' },
        ],
      },
    ],
    ['GET', '/elsewhere', { route: null, reason: 'no_route' }],
    ['GET', '/orders/../x', { route: null, reason: 'path_ambiguous', skipped: [] }],
    ['get', '/orders/1', { route: null, reason: 'method_refused' }],
    ['GET', '/ORDERS/1', { route: null }],
  ]
  for (const [method, path, expected] of MATCHES)
    it(`finds the route of ${method} ${path} as a decision does`, async () => {
      const { get } = await start()
      const url = encodeURIComponent(`https://api.example.com${path}`)
      expect(await get(`/v1/routes/match?method=${method}&url=${url}`)).toMatchObject(expected)
    })

  it('says that any valid token is allowed where there are no routes', async () => {
    const { get } = await start(CONFIG.replace(/routes:\n(?: .*\n)+/, ''))
    const url = encodeURIComponent(ORDER)
    const match = await get(`/v1/routes/match?url=${url}`)
    expect([match.route, match.reason]).toEqual([null, null])
    expect(match.facts).toContain('any valid token')
    expect((await get('/v1/routes/match')).code).toBe('ERR_ADMIN_QUERY')
  })
})

describe('GET /v1/config', () => {
  it('shows every setting and where it comes from, and no secret', async () => {
    const text = `${CONFIG}admin: { tokens: [{ name: ops, token: ${TOKEN} }] }\n`
    const { admin } = await start(text)
    const init = { headers: { authorization: `Bearer ${TOKEN}` } }
    for (const path of ['/v1/config', '/v1/config?origins', '/v1/status', '/openapi.json', '/v1/keys']) {
      const answer = await (await fetch(`${admin}${path}`, init)).text()
      expect(answer).not.toContain(SECRET)
      expect(answer).not.toContain(TOKEN)
    }
    const { config, origins } = (await (await fetch(`${admin}/v1/config?origins`, init)).json()) as Looked
    expect(config.admin.tokens).toEqual([{ name: 'ops', token: '********', rights: 'read' }])
    const rights = origins.find(({ pointer }) => pointer === '/admin/tokens/0/rights')
    expect(rights).toEqual({ pointer: '/admin/tokens/0/rights', value: 'read', origin: { kind: 'default' } })
    const scope = origins.find(({ pointer }) => pointer === '/policies/read/scope')
    expect(scope?.origin).toMatchObject({ kind: 'file', file: 'warder.yaml', line: 5 })
  })
})
