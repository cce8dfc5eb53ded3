/** The metrics of `warder serve` with two workers, one of which is killed. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'
import type { ChildProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, waitFor } from '../support/live/loopback.ts'
import { requestText, type RawClient } from '../support/live/raw-client.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { connectToEach, waitForWorkers } from '../support/live/worker-service.ts'
import { scrape, scrapeText, sumOf } from '../support/metrics-text.ts'

const ISSUER = createTestIssuer('https://idp.example.test')

liveSuite('the metrics of a service with two workers', [], () => {
  const cleanup = createCleanup()
  let ports = { decisions: 0, admin: 0 }
  let file = ''
  let jwksUrl = ''
  let warder: ChildProgram
  let pids: readonly number[] = []
  let clients: readonly RawClient[] = []

  const write = (scope: string): void =>
    writeFileSync(
      file,
      `version: 1
workers: 2
issuers:
  - { name: main, issuer: ${ISSUER.issuer}, audience: api, keys: { jwks_url: "${jwksUrl}", allow_http: true } }
policies: { read: { scope: ${scope} } }
routes: [{ name: all, match: { path: /** }, policy: read }]
listen: { decisions: "127.0.0.1:${ports.decisions}", admin: "127.0.0.1:${ports.admin}" }
drain: 0s
`,
    )
  const reload = async (result: 'refused' | 'success'): Promise<void> => {
    const count = (): number => warder.output().split(`"result":"${result}"`).length
    const before = count()
    process.kill(warder.pid, 'SIGHUP')
    await warder.ready(`a reload that is a ${result}`, () => count() > before || undefined)
  }
  const ask = async (client: RawClient | undefined, times: number): Promise<void> => {
    const token = ISSUER.mint({ aud: 'api', sub: 'alice', scope: 'read' }, Date.now() / 1000)
    for (let i = 0; i < times; i++) {
      client?.send(
        requestText({ target: '/v1/auth/token/read', headers: [['Authorization', `Bearer ${token}`]] }),
      )
      expect((await client?.receive())?.status).toBe(200)
    }
  }
  const decisions = async (): Promise<number> =>
    sumOf(await scrape(ports.admin), 'warder_decisions_total', 'reason="ok"')

  beforeAll(async () => {
    const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => Response.json(ISSUER.jwks()) })
    cleanup.add(() => server.stop(true))
    jwksUrl = `http://127.0.0.1:${server.port}/jwks`
    ports = { decisions: await freePort(), admin: await freePort() }
    file = join(createTempDir(cleanup), 'warder.yaml')
    write('read')
    warder = await startServe(file, ports.decisions, cleanup)
    pids = await waitForWorkers(ports.admin, 2)
    clients = await connectToEach(ports.decisions, pids)
  })
  afterAll(() => cleanup.run())

  it('add what both have counted, and what both remember', async () => {
    await ask(clients[0], 3)
    await ask(clients[1], 5)
    const metrics = await scrape(ports.admin)
    expect(sumOf(metrics, 'warder_decisions_total', 'reason="ok"', 'caller="token"')).toBe(8)
    expect(sumOf(metrics, 'warder_decision_duration_seconds_count', 'outcome="allow"')).toBe(8)
    // Each has verified its token once.
    expect(sumOf(metrics, 'warder_token_cache_requests_total', 'result="miss"')).toBe(2)
    expect(sumOf(metrics, 'warder_token_cache_requests_total', 'result="hit"')).toBe(6)
    expect(metrics.get('warder_token_cache_entries')).toBe(2)
    expect(sumOf(metrics, 'warder_workers', 'state="serving"')).toBe(2)
    // Of this process and both workers.
    expect(metrics.get('process_resident_memory_bytes')).toBeGreaterThan(3 * 20 * 1024 ** 2)
  })

  it('have the keys once, as the process that fetches them sees them', async () => {
    const metrics = await scrape(ports.admin)
    expect(sumOf(metrics, 'warder_keys_usable')).toBe(ISSUER.jwks().keys.length)
    expect(sumOf(metrics, 'warder_key_fetches_total', 'result="ok"')).toBe(1)
    expect(sumOf(metrics, 'warder_keys_loaded_timestamp_seconds')).toBeGreaterThan(1.7e9)
  })

  it('have each metric once in each format', async () => {
    for (const accept of ['text/plain', 'application/openmetrics-text']) {
      const text = await scrapeText(ports.admin, accept)
      const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
      expect(new Set(names).size).toBe(names.length)
      expect(names).toContain('warder_event_loop_lag_seconds')
    }
  })

  it('count reloads, by their result', async () => {
    write('[oops')
    await reload('refused')
    const refused = await scrape(ports.admin)
    expect(sumOf(refused, 'warder_reloads_total', 'result="refused"')).toBeGreaterThanOrEqual(1)
    expect(refused.get('warder_config_last_reload_successful')).toBe(0)
    write('[read]')
    await reload('success')
    const reloaded = await scrape(ports.admin)
    expect(sumOf(reloaded, 'warder_reloads_total', 'result="success"')).toBeGreaterThanOrEqual(1)
    expect(reloaded.get('warder_config_last_reload_successful')).toBe(1)
    expect(sumOf(reloaded, 'warder_decisions_total', 'reason="ok"')).toBe(8)
  })

  it('never go backwards when a worker is killed and replaced, and its memory is gone', async () => {
    const [killed = 0] = pids
    const before = await scrape(ports.admin)
    process.kill(killed, 'SIGKILL')
    let least = Infinity
    await waitFor('another worker', async () => {
      const metrics = await scrape(ports.admin)
      least = Math.min(least, sumOf(metrics, 'warder_decisions_total', 'reason="ok"'))
      return sumOf(metrics, 'warder_workers', 'state="serving"') === 2 ? true : undefined
    })
    expect(least).toBe(8)
    const now = await waitForWorkers(ports.admin, 2, [killed])
    expect(await decisions()).toBe(8)
    for (const client of clients) client.close()
    clients = await connectToEach(ports.decisions, now)
    await ask(clients[0], 2)
    await ask(clients[1], 1)
    const after = await scrape(ports.admin)
    expect(sumOf(after, 'warder_decisions_total', 'reason="ok"')).toBe(11)
    for (const name of ['process_cpu_seconds_total', 'warder_decision_duration_seconds_count'])
      expect(sumOf(after, name)).toBeGreaterThan(sumOf(before, name))
  })

  it('go on with the last values of a worker that does not answer', async () => {
    const [stopped = 0] = await waitForWorkers(ports.admin, 2)
    const before = await decisions()
    process.kill(stopped, 'SIGSTOP')
    try {
      expect(await decisions()).toBe(before)
    } finally {
      process.kill(stopped, 'SIGCONT')
    }
    expect(await decisions()).toBe(before)
  })
})
