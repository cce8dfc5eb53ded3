import { afterEach, describe, expect, it } from 'bun:test'
import type { DecisionAnswer, DecisionsAnswer } from '../../src/admin/decision-record.ts'
import { DECISION_ANSWER, DECISIONS_ANSWER } from '../../src/admin/decision-schemas.ts'
import { asked, mint } from '../support/mint.ts'
import { CONFIG, ISSUER, runService, type RunningService } from '../support/run-service.ts'

let running: RunningService | undefined
afterEach(async () => {
  await running?.service.stop(0)
  running = undefined
})

async function start(text: string = CONFIG): Promise<RunningService> {
  running = await runService(text)
  return running
}

async function decide(
  { decisions }: RunningService,
  headers: Record<string, string>,
  path = 'nginx',
): Promise<string> {
  const response = await fetch(`${decisions}/v1/auth/${path}`, { headers })
  await response.arrayBuffer()
  return response.headers.get('x-decision-id') ?? ''
}

async function list({ admin }: RunningService, query = ''): Promise<DecisionsAnswer> {
  const answer = await (await fetch(`${admin}/v1/decisions${query}`)).json()
  DECISIONS_ANSWER.parse(answer)
  return answer as DecisionsAnswer
}

async function get({ admin }: RunningService, id: string): Promise<DecisionAnswer> {
  const answer = await (await fetch(`${admin}/v1/decisions/${id}`)).json()
  DECISION_ANSWER.parse(answer)
  return answer as DecisionAnswer
}

const ORDERS = 'https://api.example.com/orders/42'

describe('the recent decisions of a service', () => {
  it('are listed, newest first, with their facts', async () => {
    const service = await start()
    const first = await decide(service, asked('GET', ORDERS, mint({ scope: 'orders:read' })))
    const second = await decide(service, asked('GET', `${ORDERS}?secret=1`))
    const { decisions, dropped } = await list(service)
    expect(decisions.map(({ id }) => id)).toEqual([second, first])
    expect(dropped).toBe(0)
    expect(decisions[0]).toMatchObject({
      outcome: 'deny',
      reason: 'token_missing',
      status: 401,
      route: 'read',
      policy: 'read',
      issuer: null,
      caller: 'nginx',
      client: null,
      method: 'GET',
      host: 'api.example.com',
      path: '/orders/42',
      cached: false,
    })
    expect(Math.abs((decisions[0]?.timeMs ?? 0) - Date.now())).toBeLessThan(60_000)
    expect(decisions[1]).toMatchObject({ outcome: 'allow', reason: 'ok', status: 200, issuer: 'main' })
    expect(JSON.stringify(decisions)).not.toContain('secret')
  })

  it('show two nearly equal issuers, as an explanation of the same request does', async () => {
    const service = await start()
    const token = mint({ iss: `${ISSUER}/`, scope: 'orders:read' })
    const { cause, compare } = await get(service, await decide(service, asked('GET', ORDERS, token)))
    const explained = await fetch(`${service.admin}/v1/explain`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ method: 'GET', url: ORDERS, token }),
    })
    const expected = { token: `${ISSUER}/`, configured: ISSUER, difference: 'a trailing slash' }
    expect([cause, compare]).toEqual(['issuer.difference', expected])
    expect(await explained.json()).toMatchObject({ cause: 'issuer.difference', compare: expected })
    const other = await get(service, await decide(service, asked('GET', ORDERS)))
    expect(other).not.toHaveProperty('compare')
  })

  it('can be filtered', async () => {
    const service = await start()
    const ids: string[] = []
    ids.push(await decide(service, asked('GET', ORDERS, mint({ scope: 'orders:read' }))))
    ids.push(await decide(service, asked('GET', ORDERS)))
    ids.push(await decide(service, asked('POST', ORDERS, mint())))
    ids.push(await decide(service, asked('GET', 'https://api.example.com/healthz')))
    const cases: readonly (readonly [string, readonly number[]])[] = [
      ['?outcome=deny', [2, 1]],
      ['?outcome=allow', [3, 0]],
      ['?reason=scope_missing', [2]],
      ['?route=read', [1, 0]],
      ['?policy=write', [2]],
      ['?issuer=main', [2, 0]],
      ['?caller=nginx&limit=1', [3]],
      ['?caller=gateway', []],
      ['?client=10.0.0.0/8', []],
      [`?after=${ids[1]}`, [3, 2]],
      [`?after=${ids[3]}`, []],
    ]
    for (const [query, expected] of cases) {
      const { decisions } = await list(service, query)
      expect([query, ...decisions.map(({ id }) => ids.indexOf(id))]).toEqual([query, ...expected])
    }
  })

  it('refuse a filter that makes no sense', async () => {
    const service = await start()
    for (const query of [
      '?outcome=maybe',
      '?limit=0',
      '?limit=1001',
      '?client=all',
      '?client=10.0.0.0/33',
      '?reson=x',
    ]) {
      const response = await fetch(`${service.admin}/v1/decisions${query}`)
      expect([query, response.status, ((await response.json()) as { code: string }).code]).toEqual([
        query,
        400,
        'ERR_ADMIN_QUERY',
      ])
    }
  })

  it('are explained step by step', async () => {
    const service = await start()
    const id = await decide(service, asked('GET', ORDERS, mint({ aud: 'api://other' })))
    const answer = await get(service, id)
    expect(answer.decision).toMatchObject({ id, reason: 'audience_mismatch' })
    expect(answer.stepsMissing).toBeUndefined()
    expect(answer.config).toBe(service.service.instance.config.digest)
    expect(answer.why).not.toBeNull()
    expect(answer.fix).not.toBeNull()
    expect(answer.steps.map(({ step, result }) => `${step} ${result}`)).toEqual([
      'route pass',
      'token pass',
      'header pass',
      'issuer pass',
      'algorithm pass',
      'key pass',
      'signature pass',
      'time pass',
      'audience fail',
      'claims pass',
      'rules pass',
      'scope would_fail',
      'identity pass',
    ])
    expect(answer.steps[8]).toMatchObject({ reason: 'audience_mismatch', setting: 'issuers/0/audience' })
  })

  it('explain why a request was let in, also with a remembered token', async () => {
    const service = await start()
    const headers = asked('GET', ORDERS, mint({ scope: 'orders:read' }))
    const ids = [await decide(service, headers), await decide(service, headers)]
    for (const id of ids) {
      const { decision, steps, why } = await get(service, id)
      expect(decision).toMatchObject({ outcome: 'allow', reason: 'ok', cached: id === ids[1] })
      expect(steps.map(({ result }) => result)).toEqual(Array.from(steps, () => 'pass'))
      expect(steps.length).toBe(13)
      expect(why).toBeNull()
    }
  })

  it('explain denials before any token is looked for', async () => {
    const service = await start(`${CONFIG}trusted_callers: [{ from: [127.0.0.1] }]\n`)
    const cases: readonly (readonly [string, Record<string, string>, string])[] = [
      ['origin_missing', {}, 'caller'],
      ['no_route', asked('GET', 'https://api.example.com/none', mint()), 'route'],
      ['path_ambiguous', asked('GET', 'https://api.example.com/orders//1', mint()), 'route'],
      ['method_refused', asked('TRACE', ORDERS, mint()), 'route'],
    ]
    for (const [reason, headers, step] of cases) {
      const answer = await get(service, await decide(service, headers))
      expect(answer.decision.reason).toBe(reason)
      expect(answer.stepsMissing).toBeUndefined()
      expect(answer.steps.find(({ result }) => result === 'fail')).toMatchObject({ step, reason })
    }
  })

  it('explain that the caller is not trusted', async () => {
    const service = await start(`${CONFIG}trusted_callers: [{ from: [192.0.2.1] }]\n`)
    const { decision, steps } = await get(service, await decide(service, asked('GET', ORDERS)))
    expect(decision).toMatchObject({ reason: 'caller_untrusted', method: null, path: null })
    expect(steps).toMatchObject([{ step: 'caller', result: 'fail', reason: 'caller_untrusted' }])
    expect(steps[0]?.facts).toContain('127.0.0.1')
  })

  it('explain a denial that was remembered', async () => {
    const service = await start()
    const headers = asked('GET', ORDERS, mint({}, 'another secret of the tests, too'))
    await decide(service, headers)
    const { decision, steps } = await get(service, await decide(service, headers))
    expect(decision).toMatchObject({ reason: 'signature_invalid', cached: true })
    expect(steps.find(({ result }) => result === 'fail')).toMatchObject({ step: 'signature' })
  })

  it('explain a policy that the caller named', async () => {
    const service = await start()
    const token = mint()
    const id = await decide(service, asked('GET', ORDERS, token), 'nginx/write')
    const { decision, steps } = await get(service, id)
    expect(decision).toMatchObject({ reason: 'scope_missing', route: null, policy: 'write' })
    expect(steps.find(({ result }) => result === 'fail')).toMatchObject({ step: 'scope' })
  })

  it('are not found under an id that no process keeps', async () => {
    const { admin } = await start()
    for (const id of ['01K5R3F3G0000000000000TEST', 'eyJhbGciOiJIUzI1NiJ9', '01k5r3f3g0000000000000test']) {
      const response = await fetch(`${admin}/v1/decisions/${id}`)
      expect(response.status).toBe(404)
      expect((await response.json()) as object).toMatchObject({
        schema: 'warder.error/v1',
        code: 'ERR_ADMIN_NOT_FOUND',
      })
    }
  })

  it('stay after a reload', async () => {
    const service = await start()
    const id = await decide(service, asked('GET', ORDERS))
    const before = (await get(service, id)).config
    await service.service.replace(
      await (await import('../support/run-service.ts')).loadOrThrow(`${CONFIG}realm: other\n`),
    )
    expect((await get(service, id)).config).toBe(before)
    const after = await decide(service, asked('GET', ORDERS))
    expect((await get(service, after)).config).not.toBe(before)
  })
})
