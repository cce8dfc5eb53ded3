import { describe, expect, it } from 'bun:test'
import type { Decide } from '../../../src/decision/decide.ts'
import type { Decision, Deny } from '../../../src/decision/decision.ts'
import { createAdmit, type Admission } from '../../../src/gateway/admission.ts'
import { askJudges } from '../../../src/gateway/judges/ask-judges.ts'
import { basicAuthJudge } from '../../../src/gateway/judges/passwords/basic-auth-judge.ts'
import type { ClientRequest } from '../../../src/gateway/client/client-request.ts'
import {
  denied,
  type AuthDenial,
  type RouteJudge,
  type Judgement,
  type Verdict,
} from '../../../src/gateway/judges/judge.ts'
import { policyJudge } from '../../../src/gateway/judges/policy-judge.ts'
import type { PasswordResult } from '../../../src/gateway/judges/passwords/password-check.ts'
import type { Policy } from '../../../src/policy/compile-policy.ts'
import type { Route } from '../../../src/policy/compile-routes.ts'
import { ok } from '../../../src/result.ts'

const FIRST: Deny = {
  id: 'first',
  route: 'r',
  policy: undefined,
  issuer: undefined,
  outcome: 'deny',
  reason: 'judges_not_asked',
  status: 403,
  challenge: undefined,
  retryAfterSeconds: undefined,
  denial: { reason: 'judges_not_asked' },
}
const request = (authorization?: string): ClientRequest => {
  const fields =
    authorization === undefined ? [] : [{ name: 'A', lower: 'authorization', value: authorization }]
  const client = { forwarded: { forwardedFor: '192.0.2.1' }, isTrusted: () => false }
  return { head: { fields }, authz: {}, ...client } as unknown as ClientRequest
}

/** A judge that answers when the test lets it. */
function fakeJudge() {
  const nobody: (verdict: Verdict) => void = () => {}
  const state = { asked: 0, cancelled: 0, answer: nobody }
  const judge: RouteJudge = {
    ask(_, settled) {
      state.asked++
      state.answer = settled
      return () => void state.cancelled++
    },
  }
  return { judge, state }
}

const ALLOWED: Verdict = { kind: 'allowed' }
const atOnce = (verdict: Verdict): RouteJudge => ({
  ask: (_, settled) => {
    settled(verdict)
    return () => {
      throw new Error('it has answered')
    }
  },
})

const DENIAL: AuthDenial = { status: 403, challenges: ['Bearer'], cookies: [], location: undefined }

describe('judges are asked one after the other', () => {
  for (let stage = 0; stage < 3; stage++) {
    it(`and are cancelled at stage ${stage}: the judge that is asked too, and nothing is settled`, () => {
      const judges = [fakeJudge(), fakeJudge(), fakeJudge()]
      const settled: Judgement[] = []
      const cancel = askJudges(
        judges.map(({ judge }) => judge),
        request(),
        FIRST,
        0,
        (judgement) => void settled.push(judgement),
      )
      for (let i = 0; i < stage; i++) judges[i]?.state.answer(ALLOWED)
      cancel()
      expect(judges.map(({ state }) => state.cancelled)).toEqual([0, 1, 2].map((i) => Number(i === stage)))
      // One that answers nevertheless changes nothing.
      judges[stage]?.state.answer(ALLOWED)
      expect(judges.map(({ state }) => state.asked)).toEqual([0, 1, 2].map((i) => Number(i <= stage)))
      expect(settled).toEqual([])
    })
  }

  it('whether they answer at once or later', () => {
    const later = fakeJudge()
    const settled: Judgement[] = []
    const judges = [atOnce({ ...ALLOWED, notAfter: 9 }), later.judge, atOnce(ALLOWED)]
    const cancel = askJudges(judges, request(), FIRST, 2, (judgement) => void settled.push(judgement))
    expect(settled).toEqual([])
    later.state.answer({ kind: 'allowed', policy: 'p', issuer: 'i', identity: ['', 'x'], notAfter: 5 })
    expect(settled.map(({ decision }) => decision)).toEqual([
      {
        id: 'first',
        route: 'r',
        policy: 'p',
        issuer: 'i',
        outcome: 'allow',
        reason: 'ok',
        identity: ['', 'x'],
        // Of several tokens, the one that expires first.
        notAfter: 5,
      },
    ])
    cancel()
    expect(later.state.cancelled).toBe(0)
  })

  it('and an answer that comes twice counts once', () => {
    const [first, second] = [fakeJudge(), fakeJudge()]
    const settled: Judgement[] = []
    askJudges([first.judge, second.judge], request(), FIRST, 0, (judgement) => void settled.push(judgement))
    first.state.answer(ALLOWED)
    first.state.answer(ALLOWED)
    expect([second.state.asked, settled.length]).toEqual([1, 0])
  })

  it('and no further one after one that denies', () => {
    const behind = fakeJudge()
    const settled: Judgement[] = []
    const no = denied({ denial: { reason: 'auth_service_denied', status: 403 }, status: 403 }, DENIAL)
    askJudges(
      [atOnce(ALLOWED), atOnce(no), behind.judge],
      request(),
      FIRST,
      0,
      (judgement) => void settled.push(judgement),
    )
    expect(behind.state.asked).toBe(0)
    expect(settled).toMatchObject([
      {
        decision: { id: 'first', route: 'r', outcome: 'deny', reason: 'auth_service_denied' },
        authDenial: DENIAL,
      },
    ])
  })
})

describe('a route whose judges the core cannot ask', () => {
  for (const reason of ['auth_service_not_asked', 'judges_not_asked'] as const) {
    it(`stays denied (${reason}) if the gateway knows none either`, () => {
      const decision: Decision = { ...FIRST, reason, denial: { reason } }
      const admit = createAdmit({
        decide: () => decision,
        findRoute: () => ok({ name: 'r', access: { kind: 'deny' } } as Route),
        newId: () => 'other',
        identityCount: 0,
        routes: new Map(),
        unrouted: { destination: undefined, limits: undefined },
        hasCors: false,
        redirectPort: undefined,
      })
      const settled: Admission[] = []
      admit(request(), (admission) => void settled.push(admission))
      expect(settled).toMatchObject([
        { id: 'first', judgement: { decision, grant: undefined }, answer: { status: 403, reason } },
      ])
    })
  }
})

describe('a policy among the judges', () => {
  it('that waits for keys is ignored after it was cancelled', async () => {
    let decided: (decision: Decision) => void = () => {}
    const decision = new Promise<Decision>((resolve) => (decided = resolve))
    const decide: Decide = () => decision
    const settled: Verdict[] = []
    const cancel = policyJudge({} as Policy, decide).ask(request(), (verdict) => void settled.push(verdict))
    cancel()
    decided(FIRST)
    await decision
    expect(settled).toEqual([])
  })
})

describe('basic_auth among the judges', () => {
  const told = (result: PasswordResult, realm = 'R'): Verdict[] => {
    const settled: Verdict[] = []
    const check = {
      check: (_: unknown, _address: string, answer: (result: PasswordResult) => void) => (
        answer(result),
        () => {}
      ),
    }
    const judge = basicAuthJudge({ realm, userHeader: undefined } as never, check)
    judge.ask(request('Basic YTpi'), (verdict) => void settled.push(verdict))
    return settled
  }

  it('is 503 with a time to retry, and no challenge, if too many passwords wait to be verified', () => {
    expect(told('overloaded')).toMatchObject([
      { decision: { reason: 'overloaded', status: 503, challenge: undefined, retryAfterSeconds: 5 } },
    ])
  })

  it('escapes its realm', () => {
    expect(told('wrong', 'a"b\\c')).toMatchObject([
      { decision: { challenge: 'Basic realm="a\\"b\\\\c", charset="UTF-8"' } },
    ])
  })
})
