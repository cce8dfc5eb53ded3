import { describe, expect, it } from 'bun:test'
import { z } from 'zod'
import { adminRoute, type AdminRoute } from '../../src/admin/admin-route.ts'
import { jsonAnswer, textAnswer, type RouteAnswer } from '../../src/admin/route-answer.ts'
import { createAdminRouter, type AdminHead } from '../../src/admin/router.ts'

const TEXT = { 200: { doc: 'A text.', contentType: 'text/plain' } }

const ROUTES: readonly AdminRoute[] = [
  adminRoute({
    method: 'GET',
    path: '/plain',
    right: 'none',
    doc: 'Without anything.',
    query: { verbose: { doc: 'More.', right: 'read' }, limit: { doc: 'How many.' } },
    answers: TEXT,
    handle: ({ query }) => textAnswer(200, JSON.stringify([...query])),
  }),
  adminRoute({
    method: 'GET',
    path: '/things/{id}',
    right: 'read',
    doc: 'With a parameter.',
    answers: TEXT,
    handle: ({ params, right }) => textAnswer(200, `${params.get('id')} for ${right}`),
  }),
  adminRoute({
    method: 'GET',
    path: '/things/fixed',
    right: 'read',
    doc: 'A fixed path beside it.',
    answers: TEXT,
    handle: () => textAnswer(200, 'fixed'),
  }),
  adminRoute({
    method: 'POST',
    path: '/things/fixed',
    right: 'change',
    doc: 'With a body.',
    body: z.strictObject({ name: z.string(), count: z.number().optional() }),
    answers: TEXT,
    handle: ({ body }) => jsonAnswer('warder.thing/v1', { name: body.name.toUpperCase() }),
  }),
  adminRoute({
    method: 'POST',
    path: '/bodiless',
    right: 'change',
    doc: 'Takes no body.',
    answers: TEXT,
    handle: () => textAnswer(200, 'done'),
  }),
  adminRoute({
    method: 'GET',
    path: '/bug',
    right: 'none',
    doc: 'Throws.',
    answers: TEXT,
    handle: () => {
      throw new Error('secret detail')
    },
  }),
]

interface Asked extends Partial<Pick<AdminHead, 'query' | 'bodyBytes'>> {
  readonly type?: string
  readonly body?: string
}

/** Asks as a client that holds every right. */
async function ask(method: string, path: string, { type, body, ...head }: Asked = {}) {
  const needed: string[] = []
  const faults: unknown[] = []
  const admit = createAdminRouter(ROUTES, {
    authorize: (_head, right) => {
      needed.push(right)
      return 'change'
    },
    stillHolds: () => true,
    onFault: (fault) => faults.push(fault),
  })
  const bytes = body === undefined ? undefined : Buffer.from(body)
  const admitted = admit({
    method,
    path,
    query: undefined,
    peer: '',
    headers: { get: (name) => (name === 'content-type' ? (type ?? null) : null) },
    bodyBytes: bytes?.length,
    ...head,
  })
  const answer = admitted.kind === 'answered' ? admitted.answer : await admitted.finish(bytes)
  return { answer, needed, faults }
}

const codeOf = ({ body }: RouteAnswer): unknown => JSON.parse(String(body)).code

describe('the router of the admin API', () => {
  it('finds a path by its bytes, and prefers a fixed one', async () => {
    expect((await ask('GET', '/things/fixed')).answer.body).toBe('fixed')
    expect((await ask('GET', '/things/01J%20x')).answer.body).toBe('01J x for change')
  })

  for (const path of [
    '/',
    '/plain/',
    '//plain',
    '/x/../plain',
    '/./plain',
    '/%70lain',
    '/PLAIN',
    '/plain;x',
    '/things/',
    '/things/a/b',
    '/things/a%2fb',
    '/things/a%5Cb',
    '/things/..',
    '/things/%2e%2e',
    '/things/%00',
    '/things/a%0d%0aX',
    '/things/%ff',
    '/things/%',
    '/__proto__',
    '/constructor',
  ])
    it(`has no ${path}`, async () => {
      const { answer } = await ask('GET', path)
      expect([answer.status, codeOf(answer)]).toEqual([404, 'ERR_ADMIN_PATH'])
    })

  it('answers HEAD as GET, and names the methods of a path for any other', async () => {
    expect((await ask('HEAD', '/plain')).answer.status).toBe(200)
    const { answer } = await ask('DELETE', '/things/fixed')
    expect([answer.status, codeOf(answer), answer.headers?.['allow']]).toEqual([
      405,
      'ERR_ADMIN_METHOD',
      'GET, HEAD, POST',
    ])
    expect((await ask('HEAD', '/bodiless')).answer.headers?.['allow']).toBe('POST')
    expect((await ask('get', '/plain')).answer.status).toBe(405)
  })

  it('asks for the right of the route, or of a parameter that needs more', async () => {
    expect((await ask('GET', '/plain')).needed).toEqual(['none'])
    expect((await ask('GET', '/plain', { query: 'verbose' })).needed).toEqual(['read'])
    expect((await ask('GET', '/plain', { query: 'limit=1' })).needed).toEqual(['none'])
    expect((await ask('POST', '/bodiless')).needed).toEqual(['change'])
  })

  it('answers with what authorization says', async () => {
    const admit = createAdminRouter(ROUTES, {
      authorize: () => textAnswer(401, 'no'),
      stillHolds: () => false,
      onFault: () => undefined,
    })
    const head = { query: undefined, peer: '', headers: { get: () => null }, bodyBytes: undefined }
    expect(admit({ method: 'GET', path: '/plain', ...head })).toMatchObject({ answer: { body: 'no' } })
  })

  it('reads the query once, decoded', async () => {
    expect((await ask('GET', '/plain', { query: 'verbose&limit=1+%C3%A4' })).answer.body).toBe(
      '[["verbose",""],["limit","1 ä"]]',
    )
    expect((await ask('GET', '/plain', { query: '' })).answer.body).toBe('[]')
  })

  for (const query of [
    'limi=1',
    'limit=1&limit=2',
    'limit=%ff',
    '%ff=1',
    'access_token=x',
    '__proto__=1',
    'constructor',
    'toString=1',
  ])
    it(`refuses the query ${query}`, async () => {
      const { answer } = await ask('GET', '/plain', { query })
      expect([answer.status, codeOf(answer)]).toEqual([400, 'ERR_ADMIN_QUERY'])
    })

  it('hands over a body that fits', async () => {
    for (const type of ['application/json', 'Application/JSON; charset=UTF-8']) {
      const { answer } = await ask('POST', '/things/fixed', { type, body: '{"name":"a"}' })
      expect(answer).toMatchObject({ status: 200, body: '{"schema":"warder.thing/v1","name":"A"}' })
    }
  })

  const TYPE = 'application/json'
  const BODIES: readonly (readonly [what: string, asked: Asked, code: string])[] = [
    ['no body', {}, 'ERR_ADMIN_BODY'],
    ['text', { type: 'text/plain', body: '{"name":"a"}' }, 'ERR_ADMIN_BODY_TYPE'],
    ['a form', { type: 'application/x-www-form-urlencoded', body: 'name=a' }, 'ERR_ADMIN_BODY_TYPE'],
    ['two types', { type: 'application/json, text/plain', body: '{}' }, 'ERR_ADMIN_BODY_TYPE'],
    ['no type', { body: '{"name":"a"}' }, 'ERR_ADMIN_BODY_TYPE'],
    ['no JSON', { type: TYPE, body: 'name' }, 'ERR_ADMIN_BODY'],
    ['a list', { type: TYPE, body: '[]' }, 'ERR_ADMIN_BODY'],
    ['a wrong type', { type: TYPE, body: '{"name":1}' }, 'ERR_ADMIN_BODY'],
    ['an unknown member', { type: TYPE, body: '{"name":"a","nam":"b"}' }, 'ERR_ADMIN_BODY'],
    ['a member twice', { type: TYPE, body: '{"name":"a","name":"b"}' }, 'ERR_ADMIN_BODY'],
    ['a prototype', { type: TYPE, body: '{"name":"a","__proto__":{"count":1}}' }, 'ERR_ADMIN_BODY'],
    ['a constructor', { type: TYPE, body: '{"constructor":"a"}' }, 'ERR_ADMIN_BODY'],
    ['too many bytes', { type: TYPE, bodyBytes: 65_537 }, 'ERR_ADMIN_BODY_TOO_LARGE'],
  ]
  for (const [what, asked, code] of BODIES)
    it(`refuses a body: ${what}`, async () => {
      expect(codeOf((await ask('POST', '/things/fixed', asked)).answer)).toBe(code)
    })

  it('refuses a body where none is taken, before it is read', async () => {
    for (const [method, path] of [
      ['GET', '/plain'],
      ['POST', '/bodiless'],
    ] as const)
      expect(codeOf((await ask(method, path, { type: TYPE, bodyBytes: 'unknown' })).answer)).toBe(
        'ERR_ADMIN_BODY',
      )
  })

  it('quotes nothing of a body', async () => {
    const { answer } = await ask('POST', '/things/fixed', { type: TYPE, body: '{"name":["eyJsecret"]}' })
    expect(answer.body).not.toContain('eyJsecret')
  })

  it('answers 503 without details when a handler throws, and reports the fault', async () => {
    const { answer, faults } = await ask('GET', '/bug')
    expect([answer.status, codeOf(answer)]).toEqual([503, 'ERR_INTERNAL'])
    expect(answer.body).not.toContain('secret detail')
    expect(faults).toHaveLength(1)
  })

  it('shows hidden characters of a request as such', async () => {
    const { answer } = await ask('GET', '/plain', { query: '%E2%80%AEx=1' })
    expect(answer.body).not.toContain('\u202e')
  })

  it('has no two routes of one method and path', () => {
    const twice = [...ROUTES, ...ROUTES]
    expect(() =>
      createAdminRouter(twice, { authorize: () => 'none', stillHolds: () => true, onFault() {} }),
    ).toThrow(TypeError)
  })
})
