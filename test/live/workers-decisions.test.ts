/** The recent decisions of `warder serve` with two workers, each of which keeps its own. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import type { DecisionAnswer, DecisionsAnswer, HistoryAnswer } from '../../src/admin/decision-record.ts'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'
import { startProgram, type ChildProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, waitFor } from '../support/live/loopback.ts'
import { requestText, type RawClient } from '../support/live/raw-client.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { connectToEach, waitForWorkers } from '../support/live/worker-service.ts'

const MAIN = join(import.meta.dir, '../../src/cli/main.ts')
const ISSUER = createTestIssuer('https://idp.example.test')

liveSuite('the decisions of two workers', [], () => {
  const cleanup = createCleanup()
  let file = ''
  let ports = { decisions: 0, admin: 0 }
  let warder: ChildProgram
  let pids: readonly number[] = []
  let clients: readonly RawClient[] = []
  let jwksUrl = ''

  const write = (realm: string): void =>
    writeFileSync(
      file,
      `version: 1
workers: 2
realm: ${realm}
issuers:
  - name: main
    issuer: ${ISSUER.issuer}
    audience: api
    keys: { jwks_url: "${jwksUrl}", allow_http: true, cooldown: 1s, min_refresh: 1s }
policies: { all: { scope: read } }
routes: [{ name: all, match: { path: /** }, policy: all }]
listen: { decisions: "127.0.0.1:${ports.decisions}", admin: "127.0.0.1:${ports.admin}" }
drain: 0s
`,
    )
  const mint = (claims: Record<string, unknown> = {}): string =>
    ISSUER.mint({ aud: 'api', sub: 'alice', scope: 'read', ...claims }, Date.now() / 1000)
  /** The id of the decision of each worker. */
  const askEach = (token: string): Promise<readonly string[]> =>
    Promise.all(
      clients.map(async (client) => {
        client.send(
          requestText({
            target: '/v1/auth/nginx',
            headers: [
              ['X-Original-Method', 'GET'],
              ['X-Original-URL', 'https://api.example.com/orders/1'],
              ['Authorization', `Bearer ${token}`],
            ],
          }),
        )
        return (await client.receive()).values('X-Decision-Id')[0] ?? ''
      }),
    )
  const admin = async <T>(path: string): Promise<T> =>
    (await (await fetch(`http://127.0.0.1:${ports.admin}${path}`)).json()) as T
  const get = (id: string): Promise<DecisionAnswer> => admin(`/v1/decisions/${id}`)
  const connect = async (): Promise<void> => {
    for (const client of clients) client.close()
    clients = await connectToEach(ports.decisions, pids)
  }

  beforeAll(async () => {
    const server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: () => Response.json(ISSUER.jwks()),
    })
    cleanup.add(() => server.stop(true))
    jwksUrl = `http://127.0.0.1:${server.port}/jwks`
    ports = { decisions: await freePort(), admin: await freePort() }
    file = join(createTempDir(cleanup), 'warder.yaml')
    write('one')
    warder = startProgram([process.execPath, MAIN, 'serve', '-c', file, '--no-watch'])
    cleanup.add(() => warder.stop('SIGKILL'))
    await warder.ready('the start', () => warder.output().includes('ready to decide') || undefined)
    pids = await waitForWorkers(ports.admin, 2)
    await connect()
    cleanup.add(() => {
      for (const client of clients) client.close()
    })
  })
  afterAll(() => cleanup.run())

  it('are one list, newest first, and each is explained', async () => {
    const [good, other] = [await askEach(mint()), await askEach(mint({ aud: 'other' }))]
    const { decisions, dropped } = await admin<DecisionsAnswer>('/v1/decisions?limit=3')
    expect(decisions.map(({ id }) => id)).toEqual([...good, ...other].toSorted().toReversed().slice(0, 3))
    expect(dropped).toBe(0)
    for (const id of other) {
      const { decision, steps, stepsMissing } = await get(id)
      expect(decision).toMatchObject({ id, reason: 'audience_mismatch', issuer: 'main' })
      expect(steps.find(({ result }) => result === 'fail')?.step).toBe('audience')
      expect(stepsMissing).toBeUndefined()
    }
    expect((await get(good[0] ?? '')).steps.every(({ result }) => result === 'pass')).toBe(true)
  })

  it('are explained with the keys of their moment, after a rotation too', async () => {
    const stranger = createTestIssuer(ISSUER.issuer)
    for (let i = 0; i < 5; i++) stranger.rotate(false)
    const token = stranger.mint({ aud: 'api', scope: 'read' }, Date.now() / 1000)
    const [id = ''] = await askEach(token)
    const before = await get(id)
    expect(before.decision.reason).toBe('kid_unknown')
    expect(before.steps.find(({ result }) => result === 'fail')?.step).toBe('key')
    ISSUER.rotate(false)
    const [next = ''] = await askEach(mint())
    await waitFor('the new key', async () => {
      const again = await askEach(mint())
      const { decision } = await get(again[0] ?? next)
      return decision.outcome === 'allow' || undefined
    })
    expect(await get(id)).toEqual(before)
  })

  it('stay after a reload, with the configuration that decided', async () => {
    const [id = ''] = await askEach(mint({ aud: 'other' }))
    const before = await get(id)
    write('two')
    process.kill(warder.pid, 'SIGHUP')
    await warder.ready('the reload', () => warder.output().includes('"result":"success"') || undefined)
    const [after = ''] = await askEach(mint({ aud: 'other' }))
    // Where things are written is known of the configuration in force.
    const steps = before.steps.map((step) => ({ ...step, source: null }))
    expect(await get(id)).toEqual({ ...before, steps })
    const { config, steps: placed } = await get(after)
    expect(config).not.toBe(before.config)
    const sources = before.steps.map(({ source }) => source)
    expect(sources).toContainEqual(expect.stringMatching(/warder\.yaml:10:\d+$/))
    expect(placed.map(({ source }) => source)).toEqual(sources)
  })

  it('go with their worker, and the others stay', async () => {
    const [lost = '', kept = ''] = await askEach(mint())
    const [killed] = pids
    if (killed === undefined) throw new Error('no worker')
    process.kill(killed, 'SIGKILL')
    pids = await waitForWorkers(ports.admin, 2, [killed])
    expect((await get(kept)).decision.id).toBe(kept)
    const answer = await admin<{ readonly code: string; readonly hints: readonly string[] }>(
      `/v1/decisions/${lost}`,
    )
    expect(answer.code).toBe('ERR_ADMIN_NOT_FOUND')
    expect(answer.hints.join('\n')).toContain('warder explain')
    await connect()
  })

  it('are counted in the history, those of the killed worker too, and so are the keys', async () => {
    const { points, issuers } = await waitFor('a point of the history', async () => {
      const history = await admin<HistoryAnswer>('/v1/history')
      return history.points.some(({ outcomes }) => outcomes.allow > 0) ? history : undefined
    })
    expect(points.reduce((sum, { outcomes }) => sum + outcomes.deny, 0)).toBeGreaterThanOrEqual(2)
    const types = issuers.flatMap(({ moments }) => moments.map(({ type }) => type))
    expect(types.slice(0, 2)).toEqual(['loaded', 'rotated'])
  })
})
