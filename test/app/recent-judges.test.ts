import { afterEach, describe, expect, it } from 'bun:test'
import type { DecisionAnswer } from '../../src/admin/decision-record.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { basic, PW_HASH, startJudges } from '../support/judges.ts'
import { mint } from '../support/mint.ts'
import { runGateway, type UpstreamRequest } from '../support/run-gateway.ts'
import type { Socket } from 'node:net'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const DENIED = 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'
const ALLOWED = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

/** A gateway with an admin listener; asks it about the decision on one request. */
async function start(route: (authUrl: string) => string, authAnswer = ALLOWED) {
  const { config } = await startJudges(
    cleanup,
    { route },
    (_: UpstreamRequest, socket: Socket) => void socket.write(authAnswer),
  )
  const gateway = await runGateway(config.replace('admin: off', 'admin: 127.0.0.1:0'), cleanup)
  const admin = `http://${gateway.service.addresses[1]}`
  return async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<DecisionAnswer> => {
    const response = await fetch(`${gateway.url}${path}`, { headers })
    await response.arrayBuffer()
    const { decisions } = (await (await fetch(`${admin}/v1/decisions?limit=1`)).json()) as {
      decisions: readonly { id: string }[]
    }
    return (await (await fetch(`${admin}/v1/decisions/${decisions[0]?.id}`)).json()) as DecisionAnswer
  }
}

const stepsOf = ({ steps }: DecisionAnswer): readonly string[] =>
  steps.map(({ step, result }) => `${step} ${result}`)

describe('the decisions of the gateway', () => {
  it('are explained if the core decided', async () => {
    const ask = await start(() => 'policy: either')
    const denied = await ask('/x')
    expect(denied.decision).toMatchObject({ caller: 'gateway', reason: 'token_missing', client: '127.0.0.1' })
    expect(stepsOf(denied).slice(0, 2)).toEqual(['route pass', 'token fail'])
    const allowed = await ask('/x', { authorization: `Bearer ${mint()}` })
    expect(allowed.decision).toMatchObject({ outcome: 'allow', route: 'guarded' })
    expect(stepsOf(allowed).every((one) => one.endsWith('pass'))).toBe(true)
    expect(allowed.stepsMissing).toBeUndefined()
  })

  it('are explained with the answer of an auth service', async () => {
    const ask = await start((url) => `forward_auth: { url: "${url}" }`, DENIED)
    const denied = await ask('/x')
    expect(denied.decision.reason).toBe('auth_service_denied')
    expect(denied.stepsMissing).toBeUndefined()
    expect(stepsOf(denied)).toEqual(['route pass', 'judge fail'])
    expect(denied.steps[1]).toMatchObject({ reason: 'auth_service_denied' })
    expect(denied.steps[1]?.facts).toContain('forward_auth')
  })

  it('are explained with a wrong password', async () => {
    const ask = await start(() => `basic_auth: { users: { ada: "${PW_HASH}" } }`)
    const [name, wrong] = basic('ada', 'no')
    const denied = await ask('/x', { [name]: wrong })
    expect(denied.decision.reason).toBe('credentials_invalid')
    expect(stepsOf(denied)).toEqual(['route pass', 'judge fail'])
    const allowed = await ask('/x', { [name]: basic('ada', 'pw')[1] })
    expect(stepsOf(allowed)).toEqual(['route pass', 'judge pass'])
  })

  it('are explained judge by judge, up to the one that denied', async () => {
    const ask = await start((url) => `all_of: [{ forward_auth: { url: "${url}" } }, { policy: header }]`)
    const denied = await ask('/x', { 'x-token': mint({ scope: 'other' }) })
    expect(denied.decision).toMatchObject({ reason: 'scope_missing', route: 'guarded', policy: 'header' })
    expect(denied.stepsMissing).toBeUndefined()
    expect(stepsOf(denied).slice(0, 3)).toEqual(['route pass', 'judge pass', 'token pass'])
    expect(denied.steps.find(({ result }) => result === 'fail')?.step).toBe('scope')
    const both = await ask('/both/x', {
      cookie: `t=${mint()}`,
      'x-token': mint({ scope: 'orders:read' }),
    })
    expect(both.decision.outcome).toBe('allow')
    expect(stepsOf(both).filter((one) => one === 'signature pass')).toHaveLength(2)
  })
})
