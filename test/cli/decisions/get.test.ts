import { afterAll, describe, expect, it } from 'bun:test'
import { adminError, createFakeAdmin } from '../running/fake-admin.ts'
import { errorCodeOf, NOW_MS, runWarder, type Ran } from '../run-warder.ts'
import { idAt, record } from './records.ts'

const admin = createFakeAdmin()
const ID = idAt(NOW_MS - 180_000)
const GONE = idAt(NOW_MS - 3_600_000)
const ALLOWED = idAt(NOW_MS - 1_000)
const HOSTILE = idAt(NOW_MS - 2_000)
const NO_STEPS = idAt(NOW_MS - 4_000)

const step = (name: string, result: string, more: object = {}): object => ({
  step: name,
  result,
  facts: `the facts of ${name}`,
  notes: [],
  setting: null,
  source: null,
  ...more,
})
const STEPS = [
  step('route', 'pass', { notes: ['passed over: health (path)'], source: 'warder.yaml:19:5' }),
  step('audience', 'fail', {
    reason: 'audience_mismatch',
    facts: 'token ["account"], accepted ["api://orders"]',
    source: 'warder.yaml:5:15',
  }),
  step('scope', 'would_fail', { reason: 'scope_missing', facts: 'all of [orders:read], token has [openid]' }),
  step('identity', 'not_reached', { facts: '' }),
]
const BAD = `\u001b]0;x\u0007<script>alert(1)</script>\u202e eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl`
const answer = (decision: object, more: object = {}): { readonly body: object } => ({
  body: {
    schema: 'warder.decision/v1',
    decision,
    why: 'Keycloak adds an audience only through a mapper',
    fix: 'add the mapper',
    cause: 'keycloak.audience_mapper',
    config: '0ebfa92',
    steps: STEPS,
    ...more,
  },
})
const path = (id: string): string => `GET /v1/decisions/${id}`
admin.answers.set(path(ID), answer(record(NOW_MS - 180_000)))
admin.answers.set(path(GONE), adminError(404, 'ERR_ADMIN_NOT_FOUND', 'no such decision'))
admin.answers.set(
  path(ALLOWED),
  answer(
    record(NOW_MS - 1_000, { outcome: 'allow', reason: 'ok', status: 200, detail: null, cached: true }),
    {
      why: null,
      fix: null,
      cause: null,
      steps: STEPS.slice(0, 1),
    },
  ),
)
admin.answers.set(
  path(HOSTILE),
  answer(
    record(NOW_MS - 2_000, { path: BAD, host: BAD, method: BAD, detail: BAD, route: BAD, client: BAD }),
    {
      why: BAD,
      fix: BAD,
      config: BAD,
      stepsMissing: BAD,
      compare: { token: BAD, configured: BAD, difference: BAD },
      steps: [step(BAD, BAD, { facts: BAD, notes: [BAD], source: BAD, reason: BAD }), ...STEPS],
    },
  ),
)
admin.answers.set(
  path(NO_STEPS),
  answer(record(NOW_MS - 4_000), {
    why: 'the audience does not match',
    fix: 'ask for a token',
    cause: null,
    config: null,
    steps: [],
    stepsMissing: 'there were too many at that moment',
  }),
)
afterAll(() => admin.stop())

const run = (...args: readonly string[]): Promise<Ran> => runWarder([...args, '--server', admin.url])

describe('decisions get', () => {
  it('prints the facts', async () => {
    const { code, stdout } = await run('decisions', 'get', ID)
    expect(code).toBe(0)
    expect(stdout).toBe(`DENY 401  audience_mismatch

decision  ${ID}
time      2026-11-21T17:06:55Z (3 m ago)
request   GET api.example.com/orders/42
client    203.0.113.7
caller    nginx
route     read
policy    orders-read
issuer    main
detail    token ["account"], accepted ["api://orders"]
took      0.0123 ms

why       warder explain ${ID}
`)
  })

  it('prints the whole answer as JSON', async () => {
    const { code, stdout } = await run('decisions', 'get', ID.toLowerCase(), '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(answer(record(NOW_MS - 180_000)).body)
  })
})

describe('explain of the id of a decision', () => {
  it('prints the facts, the steps and what to do, without a token', async () => {
    const { code, stdout } = await run('explain', ID)
    expect(code).toBe(5)
    expect(stdout).toBe(`DENY 401  audience_mismatch   route=read   config=0ebfa92   at=2026-11-21T17:06:55Z

decision  ${ID}
time      2026-11-21T17:06:55Z (3 m ago)
request   GET api.example.com/orders/42
client    203.0.113.7
caller    nginx
route     read
policy    orders-read
issuer    main
detail    token ["account"], accepted ["api://orders"]
took      0.0123 ms

 1 ✔ route      the facts of route  [warder.yaml:19:5]
                passed over: health (path)
 2 ✘ audience   token ["account"], accepted ["api://orders"]  [warder.yaml:5:15]
 3 – scope      would also fail: scope_missing: all of [orders:read], token has [openid]
   – not reached: identity

why   Keycloak adds an audience only through a mapper
fix   add the mapper
docs  docs/reasons.md#audience_mismatch
`)
  })

  it('ends with 0 for an allow, and knows that the token was remembered', async () => {
    const { code, stdout } = await run('explain', ALLOWED)
    expect([code, stdout.includes('ALLOW 200  ok'), stdout.includes('fix ')]).toEqual([0, true, false])
    expect(stdout).toContain('token     remembered, not verified again')
  })

  it('says why there are no steps', async () => {
    const { stdout } = await run('explain', NO_STEPS)
    expect(stdout).toContain(
      '\n\nnote  there were too many at that moment\n\nwhy   the audience does not match (token',
    )
  })

  it('is not mixed with what describes another request', async () => {
    for (const flags of [
      ['--request', 'GET https://a/'],
      ['--policy', 'p'],
      ['--no-token'],
      ['--at', '1'],
      ['-H', 'A: b'],
    ]) {
      const ran = await run('explain', ID, ...flags)
      expect([ran.code, errorCodeOf(ran)]).toEqual([2, 'ERR_CLI_USAGE'])
    }
  })

  it('is told from codes and tokens, and reports one that was not copied whole', async () => {
    for (const part of [ID.slice(0, 25), `${ID}0`, ID.replace(/.$/, 'U')]) {
      const ran = await run('explain', part)
      expect([ran.code, errorCodeOf(ran)]).toEqual([2, 'ERR_CLI_USAGE'])
      expect(ran.stderr).toContain('26 letters and digits')
      expect((await run('decisions', 'get', part)).code).toBe(2)
    }
    expect((await run('explain', 'kid_missing')).stdout).toContain('docs/reasons.md#kid_missing')
  })
})

describe('the answer about a decision', () => {
  for (const command of [['decisions', 'get'], ['explain']]) {
    it(`of ${command.join(' ')} says what to do if it is gone`, async () => {
      const ran = await run(...command, GONE)
      expect([ran.code, errorCodeOf(ran), ran.stdout]).toEqual([2, 'ERR_CLI_DECISION_GONE', ''])
      expect(ran.stderr).toContain('made at 2026-11-21T16:09:55Z')
      expect(ran.stderr).toContain('warder explain --request')
    })

    it(`of ${command.join(' ')} cannot control the terminal`, async () => {
      for (const json of [[], ['--json']]) {
        const { stdout } = await run(...command, HOSTILE, ...json)
        expect(stdout).not.toMatch(/[\u001b\u0007\u202e]/)
        if (json.length === 0) expect(stdout).not.toContain('eyJ')
      }
    })

    it(`of ${command.join(' ')} may have any members`, async () => {
      const id = idAt(NOW_MS - 9_000)
      for (const body of [
        {},
        { decision: 7, steps: 'x' },
        { decision: { id: [], timeMs: 'x' }, steps: [null, 1, { step: 9, notes: 3 }] },
      ]) {
        admin.answers.set(path(id), { body: { schema: 'warder.decision/v1', ...body } })
        const { code } = await run(...command, id)
        expect([0, 5]).toContain(code)
      }
    })
  }
})
