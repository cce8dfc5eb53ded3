import { describe, expect, it } from 'bun:test'
import { explainRoute, type ExplainQuestion } from '../../src/admin/explain-route.ts'
import { createGuessLimit, GUESSES_AT_ONCE } from '../../src/admin/guess-limit.ts'
import type { RouteAnswer } from '../../src/admin/route-answer.ts'

/** The route, with a service where the URL is the reason. */
function setUp() {
  const world = { nowMs: 0, explained: 0 }
  const explain = async ({ url }: ExplainQuestion) => {
    world.explained++
    return { reason: url }
  }
  const guesses = createGuessLimit(() => world.nowMs)
  const route = explainRoute(explain, guesses)
  const ask = async (reason: string, peer = '192.0.2.1'): Promise<RouteAnswer> =>
    route.handle({
      headers: new Headers(),
      params: new Map(),
      query: new Map(),
      peer,
      right: 'read',
      body: { method: 'GET', url: reason },
    })
  return { world, ask }
}

describe('explanations', () => {
  it('attack: do not tell who may read whether thousands of passwords are right', async () => {
    const { world, ask } = setUp()
    const statuses: number[] = []
    for (let i = 0; i < 1_000; i++) statuses.push((await ask('credentials_invalid')).status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(GUESSES_AT_ONCE)
    expect(statuses.filter((status) => status === 429)).toHaveLength(1_000 - GUESSES_AT_ONCE)
    // Not computed either: the right one would be among the answers.
    expect(world.explained).toBe(GUESSES_AT_ONCE)
    expect((await ask('ok')).headers).toMatchObject({ 'retry-after': '1' })
    expect((await ask('ok', '192.0.2.2')).status).toBe(200)
    world.nowMs += 1_000
    expect((await ask('ok')).status).toBe(200)
  })

  it('of other denials are as many as somebody asks for', async () => {
    const { ask } = setUp()
    for (let i = 0; i < 100; i++) expect((await ask('token_expired')).status).toBe(200)
  })
})
