import { describe, expect, it } from 'bun:test'
import { createDecide } from '../../src/decision/decide.ts'
import { DECISION_STEPS, type DecisionSteps } from '../../src/decision/steps/decision-steps.ts'
import {
  NOT_REACHED,
  PASSED,
  type EveryTimeStep,
  type Recorder,
  type Settled,
  type Step,
  type StepName,
  type StepOutcome,
} from '../../src/decision/steps/step.ts'
import type { VerifiedToken } from '../../src/jwt/verified-cache.ts'
import {
  ID,
  ask,
  bearer,
  makeGuard,
  makeRequest,
  policySettings,
  routeSettings,
} from '../support/make-guard.ts'
import { NOW_SECONDS, mint } from '../support/tokens.ts'

const SUBJECT = { name: 'X-User', claim: 'sub', arrays: 'csv', encoding: 'percent', maxBytes: 4096 } as const
const name = 'revocation' as StepName
const REVOKED = { reason: 'token_revoked' } as const

/** A cache, a policy, and a route for each way around the token. */
const guard = () =>
  makeGuard({
    cache: { tokens: 10, bytes: 100_000 },
    policies: [policySettings({ identity: [SUBJECT] })],
    routes: [
      routeSettings({ name: 'open', path: ['/open'], access: { kind: 'public' } }),
      routeSettings({ name: 'anonymous', path: ['/anonymous'], allowAnonymous: true }),
      routeSettings(),
    ],
  })

/** A step that counts how often it is run. */
function counting(outcomes: readonly StepOutcome[]) {
  const seen: VerifiedToken[] = []
  const step: EveryTimeStep = {
    name,
    run(verified) {
      seen.push(verified)
      return outcomes[Math.min(seen.length, outcomes.length) - 1] ?? PASSED
    },
  }
  return { seen, step }
}

const decideWith = (steps: Partial<DecisionSteps>, of = guard()) =>
  createDecide(of, { nowMs: () => NOW_SECONDS * 1_000, newId: () => ID }, { ...DECISION_STEPS, ...steps })

/** The steps of verification, each of which notes that it was run. */
function watched(ran: string[]): readonly Step[] {
  return DECISION_STEPS.verification.map((step) => ({
    name: step.name,
    run(trial) {
      ran.push(step.name)
      return step.run(trial)
    },
  }))
}

const later = (outcome: Settled): Promise<Settled> => Promise.resolve().then(() => outcome)

describe('a step of every request', () => {
  it('is run on a cache hit, which skips every step of verification', async () => {
    const ran: string[] = []
    const { seen, step } = counting([PASSED])
    const decide = decideWith({ verification: watched(ran), everyTime: [step] })
    const request = bearer(mint())
    for (let times = 1; times <= 3; times++) {
      expect((await ask(decide, request)).reason).toBe('ok')
      expect(ran).toEqual(DECISION_STEPS.verification.map((one) => one.name))
      expect(seen).toHaveLength(times)
    }
  })
  it('is handed the same on a hit as after verification', async () => {
    const { seen, step } = counting([PASSED])
    const decide = decideWith({ everyTime: [step] })
    const request = bearer(mint())
    await ask(decide, request)
    await ask(decide, request)
    expect(seen[0]).toMatchObject({ issuer: { settings: { name: 'main' } }, identity: ['user-1'] })
    expect(seen[1]).toStrictEqual(seen[0] as VerifiedToken)
    expect(seen[1]?.issuer).toBe(seen[0]?.issuer as VerifiedToken['issuer'])
    expect(seen[1]?.key).toBe(seen[0]?.key as VerifiedToken['key'])
  })
  it('denies a remembered token, and does not forget it', async () => {
    const ran: string[] = []
    const { step } = counting([PASSED, REVOKED, PASSED])
    const decide = decideWith({ verification: watched(ran), everyTime: [step] })
    const request = bearer(mint())
    const reasons: unknown[] = []
    for (let i = 0; i < 3; i++) reasons.push(await ask(decide, request))
    expect(reasons).toMatchObject([
      { reason: 'ok' },
      { reason: 'token_revoked', status: 401, policy: 'any', issuer: 'main', route: 'route' },
      { reason: 'ok', identity: ['user-1'] },
    ])
    expect(ran).toHaveLength(DECISION_STEPS.verification.length)
  })
  it('does not keep a token that it denies from being remembered: verification was the same', async () => {
    const ran: string[] = []
    const { step } = counting([REVOKED])
    const decide = decideWith({ verification: watched(ran), everyTime: [step] })
    const request = bearer(mint())
    for (let i = 0; i < 2; i++) expect((await ask(decide, request)).reason).toBe('token_revoked')
    expect(ran).toHaveLength(DECISION_STEPS.verification.length)
  })
  it('is not asked about a token that is not good, or a request without one', async () => {
    const { seen, step } = counting([REVOKED])
    const decide = decideWith({ everyTime: [step] })
    const cases = [
      [bearer(mint({ claims: { exp: 1 } })), 'token_expired'],
      [makeRequest({}), 'token_missing'],
      [makeRequest({ path: '/open' }), 'public'],
      [makeRequest({ path: '/anonymous' }), 'anonymous'],
    ] as const
    for (const [request, reason] of cases) expect((await ask(decide, request)).reason).toBe(reason)
    expect(seen).toHaveLength(0)
  })
  it('ends the decision in the order of the list', async () => {
    const first = counting([{ reason: 'ip_not_allowed' }])
    const second = counting([REVOKED])
    const decide = decideWith({ everyTime: [first.step, second.step] })
    expect((await ask(decide, bearer(mint()))).reason).toBe('ip_not_allowed')
    expect(second.seen).toHaveLength(0)
  })
  it('denies when it throws, lacks something, or its wait fails', async () => {
    const throwing = (): never => {
      throw new Error('a fault')
    }
    const outcomes: readonly (() => StepOutcome)[] = [
      throwing,
      () => NOT_REACHED,
      () => Promise.reject(new Error('a fault')),
      () => later(NOT_REACHED),
    ]
    for (const run of outcomes) {
      const decide = decideWith({ everyTime: [{ name, run }] })
      for (let i = 0; i < 2; i++) expect((await ask(decide, bearer(mint()))).reason).toBe('internal_error')
    }
  })
  it('is recorded, and not reached without a good token', async () => {
    const { step } = counting([REVOKED])
    const decide = decideWith({ everyTime: [step] })
    const record = async (token: string) => {
      const recorded: unknown[] = []
      const recorder: Recorder = { record: (of, outcome) => void recorded.push([of, outcome]) }
      const { reason } = await ask(decide, bearer(token), recorder)
      return [reason, recorded.at(-1)]
    }
    expect(await record(mint())).toEqual(['token_revoked', [name, REVOKED]])
    expect(await record(mint({ claims: { exp: 1 } }))).toEqual(['token_expired', [name, NOT_REACHED]])
  })
})

describe('a step that waits', () => {
  const outcomes = [
    [PASSED, 'ok'],
    [REVOKED, 'token_revoked'],
  ] as const
  for (const [outcome, reason] of outcomes) {
    it(`is run once, and continues with ${reason}`, async () => {
      const { seen, step } = counting([later(outcome)])
      const after = counting([PASSED])
      const decide = decideWith({ everyTime: [step, after.step] })
      expect((await ask(decide, bearer(mint()))).reason).toBe(reason)
      expect([seen.length, after.seen.length]).toEqual([1, reason === 'ok' ? 1 : 0])
    })
  }
  it('may be one of several in one decision', async () => {
    const waits = Array.from({ length: 3 }, () => counting([later(PASSED)]))
    const decide = decideWith({ everyTime: waits.map(({ step }) => step) })
    const request = bearer(mint())
    for (let times = 1; times <= 2; times++) {
      expect((await ask(decide, request)).reason).toBe('ok')
      expect(waits.map(({ seen }) => seen.length)).toEqual([times, times, times])
    }
  })
  it('may be one of verification, whose result is remembered after the wait', async () => {
    const ran: string[] = []
    const verification = watched(ran).map((step): Step =>
      step.name === 'audience' ? { ...step, run: (trial) => later(step.run(trial) as Settled) } : step,
    )
    const decide = decideWith({ verification })
    const request = bearer(mint())
    expect((await ask(decide, request)).reason).toBe('ok')
    expect(decide({ request, policy: undefined })).toMatchObject({ reason: 'ok', identity: ['user-1'] })
    expect(ran).toHaveLength(DECISION_STEPS.verification.length)
  })
  it('makes no promise of a decision that needs no wait', () => {
    const { step } = counting([PASSED])
    const decide = decideWith({ everyTime: [step] })
    const request = bearer(mint())
    for (let i = 0; i < 2; i++) expect(decide({ request, policy: undefined })).not.toBeInstanceOf(Promise)
  })
})
