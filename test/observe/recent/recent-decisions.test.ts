import { describe, expect, it } from 'bun:test'
import type { DecisionFilter, DecisionsAnswer } from '../../../src/admin/decision-record.ts'
import type { DecisionEvent } from '../../../src/observe/decision-log.ts'
import { createRecentDecisions } from '../../../src/observe/recent/recent-decisions.ts'
import { ID, makeRequest } from '../../support/make-guard.ts'
import { NOW_SECONDS } from '../../support/tokens.ts'

function setUp(maxRecords = 2_000) {
  const world = { seconds: NOW_SECONDS, made: 0, waited: 0, turns: [] as (() => void)[] }
  const recent = createRecentDecisions({
    monotonicMs: () => world.seconds * 1_000,
    later: (fn) => void world.turns.push(fn),
    maxRecords: () => maxRecords,
    digestOf: () => 'digest',
  })
  const event = (reason: 'token_expired' | 'no_route', more: Partial<DecisionEvent> = {}): DecisionEvent => ({
    decision: {
      outcome: 'deny',
      reason,
      status: 401,
      challenge: undefined,
      retryAfterSeconds: undefined,
      denial:
        reason === 'no_route' ? { reason } : { reason: 'token_expired', agoSeconds: 90, leewaySeconds: 30 },
      id: `${ID.slice(0, 20)}${String(world.made++).padStart(6, '0')}`,
      route: undefined,
      policy: undefined,
      issuer: undefined,
      atSeconds: world.seconds,
    },
    status: 401,
    request: makeRequest({ path: '/orders' }),
    via: 'nginx',
    durationMs: 0.1,
    clientAddress: '192.0.2.1',
    ...more,
  })
  /** Runs the turns that it needs, and counts them. */
  const list = async (filter: DecisionFilter): Promise<DecisionsAnswer> => {
    const state: { answer?: DecisionsAnswer } = {}
    world.turns.length = 0
    void recent.list(filter).then((found) => (state.answer = found))
    for (;;) {
      if (state.answer !== undefined) return state.answer
      const turn = world.turns.shift()
      world.waited += turn === undefined ? 0 : 1
      turn?.()
      await Promise.resolve()
    }
  }
  return { world, recent, event, list }
}

describe('which decisions are kept', () => {
  it('are some of a flood, and those with a log line before the others; all are counted', async () => {
    const { recent, event, list } = setUp()
    for (let i = 0; i < 10_000; i++) recent.onDecision(event('token_expired'), i % 100 === 0)
    recent.onDecision(event('no_route'), false)
    const { decisions, dropped } = await list({ limit: 1_000 })
    expect(decisions.filter(({ reason }) => reason === 'no_route')).toHaveLength(1)
    // Of those without a line, as many as are kept in a moment; of those with one, all.
    expect(decisions).toHaveLength(100 + 100 + 1)
    expect(dropped).toBe(10_001 - decisions.length)
    expect(recent.counts()).toMatchObject({ count: 10_001, deny: { token_expired: 10_000, no_route: 1 } })
  })
  it('are all of them at low traffic', async () => {
    const { world, recent, event, list } = setUp()
    for (let i = 0; i < 500; i++) {
      world.seconds += 0.05
      recent.onDecision(event('token_expired'), false)
    }
    expect(await list({ limit: 1_000 })).toMatchObject({ decisions: { length: 500 }, dropped: 0 })
  })
  it('are none if none are wanted', async () => {
    const { recent, event, list } = setUp(0)
    recent.onDecision(event('token_expired'), true)
    expect(await list({})).toEqual({ decisions: [], dropped: 1 })
  })
  it('say how many came between two questions and are not kept', async () => {
    const { recent, event, list } = setUp()
    recent.onDecision(event('token_expired'), true)
    const after = (await list({})).decisions[0]?.id ?? ''
    for (let i = 0; i < 1_000; i++) recent.onDecision(event('token_expired'), false)
    const { decisions, dropped } = await list({ after, limit: 1_000 })
    expect([decisions.length, dropped]).toEqual([100, 900])
  })
  it('say so if they have no steps, and what to do', async () => {
    const { recent, event } = setUp()
    const events = Array.from({ length: 60 }, () => event('token_expired'))
    for (const one of events) recent.onDecision(one, false)
    const last = await recent.find(events.at(-1)?.decision.id ?? '')
    expect(last?.steps).toEqual([])
    expect(last?.stepsMissing).toContain('warder explain')
    expect(last?.why).not.toBeNull()
    const first = await recent.find(events[0]?.decision.id ?? '')
    expect(first?.steps.map(({ step }) => step)).toEqual(['caller'])
    expect(await recent.find(ID)).toBeUndefined()
  })
  it('are read in slices, with decisions between them; a reason is known unread', async () => {
    const { world, recent, event, list } = setUp()
    for (let i = 0; i < 1_000; i++) {
      world.seconds += 0.05
      recent.onDecision(event('token_expired'), false)
    }
    expect(await list({ route: 'none' })).toEqual({ decisions: [], dropped: 0 })
    expect(world.waited).toBe(5)
    expect(await list({ reason: 'none' })).toEqual({ decisions: [], dropped: 0 })
    expect(world.waited).toBe(5)
  })
  it('do not include one whose facts cannot be read, which is still answered', async () => {
    const { recent, event, list } = setUp()
    const broken = { ...event('token_expired'), request: null as never }
    expect(() => recent.onDecision(broken, true)).not.toThrow()
    expect(await list({})).toEqual({ decisions: [], dropped: 1 })
  })
})
