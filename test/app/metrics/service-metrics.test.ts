import { afterEach, describe, expect, it } from 'bun:test'
import { METRIC_NAMES } from '../../../src/observe/metrics/definitions.ts'
import { mint } from '../../support/mint.ts'
import { scrape, scrapeText, sumOf } from '../../support/metrics-text.ts'
import { CONFIG, loadOrThrow, runService, type RunningService } from '../../support/run-service.ts'

let running: RunningService | undefined
afterEach(async () => {
  await running?.service.stop(0)
  running = undefined
})

async function start(text?: string): Promise<RunningService> {
  running = await runService(text)
  return running
}

const ask = async ({ decisions }: RunningService, path: string, token?: string): Promise<number> => {
  const answer = await fetch(`${decisions}/v1/auth/nginx`, {
    headers: {
      'X-Original-Method': 'GET',
      'X-Original-URL': `https://api.example.com${path}`,
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
  })
  return answer.status
}

describe('the metrics of a service', () => {
  it('count decisions, durations and look-ups of tokens', async () => {
    const service = await start()
    const token = mint({ scope: 'orders:read' })
    expect(await ask(service, '/orders/1', token)).toBe(200)
    expect(await ask(service, '/orders/2', token)).toBe(200)
    expect(await ask(service, '/healthz')).toBe(200)
    expect(await ask(service, '/orders/1')).toBe(401)
    const bad = mint({ exp: 1 })
    expect(await ask(service, '/orders/1', bad)).toBe(401)
    expect(await ask(service, '/orders/1', bad)).toBe(401)
    const metrics = await scrape(service.admin)
    const decisions = 'warder_decisions_total'
    const allowed = 'outcome="allow",reason="ok",route="read",policy="read",issuer="main",caller="nginx"'
    expect(metrics.get(`${decisions}{${allowed}}`)).toBe(2)
    expect(sumOf(metrics, decisions, 'route="health"', 'reason="public"', 'policy=""', 'issuer=""')).toBe(1)
    expect(sumOf(metrics, decisions, 'reason="token_missing"')).toBe(1)
    expect(sumOf(metrics, decisions, 'reason="token_expired"')).toBe(2)
    expect(sumOf(metrics, decisions)).toBe(6)
    expect(sumOf(metrics, 'warder_decision_duration_seconds_count', 'outcome="allow"')).toBe(3)
    expect(sumOf(metrics, 'warder_decision_duration_seconds_count', 'outcome="deny"')).toBe(3)
    expect(sumOf(metrics, 'warder_decision_duration_seconds_bucket', 'le="+Inf"')).toBe(6)
    expect(sumOf(metrics, 'warder_token_cache_requests_total', 'result="hit"')).toBe(2)
    expect(sumOf(metrics, 'warder_token_cache_requests_total', 'result="miss"')).toBe(2)
    expect(metrics.get('warder_token_cache_entries')).toBe(2)
    expect(metrics.get('warder_token_cache_bytes')).toBeGreaterThan(64)
  })

  it('show each metric of the table and no other', async () => {
    const service = await start()
    await ask(service, '/orders/1')
    const text = await scrapeText(service.admin)
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
    // A secret is not loaded again.
    const remote = ['warder_key_fetches_total', 'warder_keys_next_refresh_timestamp_seconds']
    // Without a gateway there are no servers.
    const ofServers = METRIC_NAMES.filter((name) => /_(ejections|healthy|active|auth_service)/.test(name))
    const absent = new Set<string>([...remote, ...ofServers])
    expect(families).toEqual(METRIC_NAMES.filter((name) => !absent.has(name)))
  })

  it('have no more to say about any client than closed sets and names', async () => {
    const service = await start()
    const hostile = 'hostile-4711"\n\u202e<script>'
    for (const header of ['Authorization', 'User-Agent'])
      await fetch(`${service.decisions}/v1/auth/nginx`, {
        headers: {
          'X-Original-Method': 'GET',
          'X-Original-URL': `https://hostile-4711.example/orders/hostile-4711?hostile-4711`,
          [header]: `Bearer ${encodeURIComponent(hostile)}`,
        },
      })
    await ask(
      service,
      '/orders/hostile-4711',
      mint({ sub: 'hostile-4711', iss: 'https://hostile-4711.example' }),
    )
    for (const accept of ['text/plain', 'application/openmetrics-text'])
      expect(await scrapeText(service.admin, accept)).not.toContain('hostile')
  })

  it('go on over a reload', async () => {
    const service = await start()
    const token = mint({ scope: 'orders:read' })
    await ask(service, '/orders/1', token)
    const next = await loadOrThrow(CONFIG.replaceAll('name: read,', 'name: other,'))
    service.service.swap(next)
    await ask(service, '/orders/1', token)
    const metrics = await scrape(service.admin)
    expect(sumOf(metrics, 'warder_decisions_total', 'route="read"')).toBe(1)
    expect(sumOf(metrics, 'warder_decisions_total', 'route="other"')).toBe(1)
    // Each configuration has a cache of its own.
    expect(sumOf(metrics, 'warder_token_cache_requests_total', 'result="miss"')).toBe(2)
    expect(sumOf(metrics, 'warder_config_info', `digest="${next.config.digest}"`)).toBe(1)
  })

  it('are there while the service drains', async () => {
    const { service, admin } = await start()
    running = undefined
    const stopped = service.stop(300)
    expect(sumOf(await scrape(admin), 'warder_workers', 'state="serving"')).toBe(1)
    await stopped
  })

  it('count denials without a line', async () => {
    const service = await start(`${CONFIG}log: { denials_per_second: 1 }\n`)
    for (let i = 0; i < 5; i++) await ask(service, '/orders/1')
    const unwritten = sumOf(
      await scrape(service.admin),
      'warder_log_lines_unwritten_total',
      'reason="token_missing"',
    )
    const written = service.lines.filter(({ reason }) => reason === 'token_missing').length
    expect(written + unwritten).toBe(5)
    expect(unwritten).toBeGreaterThan(0)
  })

  it('answer scrapes that come at the same time', async () => {
    const service = await start()
    await ask(service, '/orders/1')
    const all = await Promise.all(Array.from({ length: 20 }, () => scrape(service.admin)))
    for (const metrics of all) expect(sumOf(metrics, 'warder_decisions_total')).toBe(1)
  })
})
