/** The metrics of `warder serve`, read by promtool and by a real Prometheus. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { METRIC_NAMES } from '../../src/observe/metrics/definitions.ts'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'
import { PROGRAM_PATH, whichProgram } from '../../tools/programs.ts'
import { startProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, waitFor } from '../support/live/loopback.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { scrapeText } from '../support/metrics-text.ts'

const ISSUER = createTestIssuer('https://idp.example.test')

/** One series of an answer of Prometheus. */
interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [number, string]
}

interface ExemplarSeries {
  readonly seriesLabels: Readonly<Record<string, string>>
  readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>> }[]
}

liveSuite('metrics', ['prometheus'], () => {
  const cleanup = createCleanup()
  const ids: string[] = []
  let admin = 0
  let prometheus = ''

  const query = async <T>(path: string, parameters: Readonly<Record<string, string>>): Promise<T> => {
    const answer = await fetch(`${prometheus}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`)
    const { data } = (await answer.json()) as { readonly data: T }
    return data
  }
  const ask = async (expression: string): Promise<readonly Sample[]> =>
    (await query<{ readonly result: readonly Sample[] }>('query', { query: expression })).result

  beforeAll(async () => {
    const directory = createTempDir(cleanup)
    const keys = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: () => Response.json(ISSUER.jwks()),
    })
    cleanup.add(() => keys.stop(true))
    const decisions = await freePort()
    const gateway = await freePort()
    admin = await freePort()
    const file = join(directory, 'warder.yaml')
    writeFileSync(
      file,
      `version: 1
workers: 1
issuers:
  - name: main
    issuer: ${ISSUER.issuer}
    audience: api
    keys: { jwks_url: "http://127.0.0.1:${keys.port}/jwks", allow_http: true }
policies: { read: { scope: read, identity: { X-Auth-Subject: sub } } }
routes:
  - { name: health, match: { path: /healthz }, access: public, upstream: app }
  - { name: orders, match: { path: /orders/** }, policy: read, upstream: app }
  - { name: asked, match: { path: /asked }, forward_auth: { url: "http://127.0.0.1:${keys.port}/" }, upstream: app }
upstreams: { app: { servers: ["http://127.0.0.1:${keys.port}"] } }
listen: { decisions: "127.0.0.1:${decisions}", admin: "127.0.0.1:${admin}", gateway: "127.0.0.1:${gateway}" }
drain: 0s
`,
    )
    await startServe(file, decisions, cleanup)
    const token = ISSUER.mint({ aud: 'api', sub: 'alice', scope: 'read' }, Date.now() / 1000)
    const send = async (path: string, authorization: string): Promise<void> => {
      const answer = await fetch(`http://127.0.0.1:${decisions}/v1/auth/nginx`, {
        headers: {
          'X-Original-Method': 'GET',
          'X-Original-URL': `https://api.example.test${path}`,
          Authorization: authorization,
        },
      })
      ids.push(answer.headers.get('x-decision-id') ?? '')
    }
    for (let i = 0; i < 3; i++) await send('/orders/1', `Bearer ${token}`)
    await send('/orders/1', 'Bearer nonsense')
    await send('/healthz', '')
    expect((await fetch(`http://127.0.0.1:${gateway}/asked`)).status).toBe(200)
    const port = await freePort()
    prometheus = `http://127.0.0.1:${port}`
    writeFileSync(
      join(directory, 'prometheus.yml'),
      `global: { scrape_interval: 1s }
scrape_configs:
  - { job_name: warder, static_configs: [{ targets: ["127.0.0.1:${admin}"] }] }
`,
    )
    const server = startProgram([
      whichProgram('prometheus'),
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
    ])
    cleanup.add(() => server.stop('SIGKILL'))
    await server.ready('the first scrape', async () => {
      const found = await ask('up{job="warder"}').catch(() => [])
      return found.length > 0 || undefined
    })
  })
  afterAll(() => cleanup.run())

  it('are accepted by promtool without a word, in the format without exemplars', async () => {
    const child = Bun.spawn(['promtool', 'check', 'metrics'], {
      stdin: new Blob([await scrapeText(admin)]),
      stdout: 'pipe',
      stderr: 'pipe',
      env: { ...process.env, PATH: PROGRAM_PATH },
    })
    const said = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    expect({ code: await child.exited, said: said.join('') }).toEqual({ code: 0, said: '' })
  })

  for (const accept of ['text/plain', 'application/openmetrics-text'])
    it(`are those of the table and no others, as ${accept}`, async () => {
      const text = await scrapeText(admin, accept)
      const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
      const isOpen = accept !== 'text/plain'
      const names = METRIC_NAMES.map((name) => (isOpen ? name.replace(/_(?:total|info)$/, '') : name))
      expect(families).toEqual(names)
      expect(text.endsWith('# EOF\n')).toBe(isOpen)
    })

  it('are scraped by Prometheus without an error', async () => {
    const { activeTargets } = await query<{
      readonly activeTargets: readonly { readonly health: string; readonly lastError: string }[]
    }>('targets', {})
    expect(activeTargets.map(({ health, lastError }) => [health, lastError])).toEqual([['up', '']])
  })

  it('have the counters of the decisions there', async () => {
    const found = await waitFor('the counters', async () => {
      const samples = await ask('warder_decisions_total{caller="nginx"}')
      return samples.length > 0 ? samples : undefined
    })
    const rows = found.map(({ metric, value }) => [
      metric['route'],
      metric['reason'],
      metric['caller'],
      value[1],
    ])
    expect(rows.sort()).toEqual([
      ['health', 'public', 'nginx', '1'],
      ['orders', 'ok', 'nginx', '3'],
      ['orders', 'token_malformed', 'nginx', '1'],
    ])
    const [warm] = await ask('sum(warder_token_cache_requests_total{result="hit"})')
    expect(warm?.value[1]).toBe('2')
    const [fetches] = await ask('sum by (issuer) (warder_key_fetches_total{result="ok"})')
    expect([fetches?.metric['issuer'], fetches?.value[1]]).toEqual(['main', '1'])
    const [median] = await ask(
      'histogram_quantile(0.5, warder_decision_duration_seconds_bucket{outcome="allow"})',
    )
    expect(Number(median?.value[1])).toBeGreaterThan(0)
  })

  it('have the id of a decision as exemplar there', async () => {
    const now = Date.now() / 1_000
    for (const metric of ['warder_decisions_total', 'warder_decision_duration_seconds_bucket']) {
      const series = await waitFor(`exemplars of ${metric}`, async () => {
        const found = await query<readonly ExemplarSeries[]>('query_exemplars', {
          query: metric,
          start: String(now - 600),
          end: String(now + 600),
        })
        return found.length > 0 ? found : undefined
      })
      const kept = series.flatMap(({ exemplars }) =>
        exemplars.map(({ labels }) => labels['decision_id'] ?? ''),
      )
      // One is of the request to the gateway, whose answer does not name it.
      expect(kept.filter((id) => !ids.includes(id)).length).toBeLessThan(2)
      expect(kept.filter((id) => ids.includes(id))).not.toEqual([])
    }
  })
})
