/** The examples of docs/cli.md that ask a running Warder: what the commands print for the answers here. */
import { afterAll, describe, expect, it } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { NOW_MS, runWarder } from '../run-warder.ts'
import { record } from '../decisions/records.ts'
import { createFakeAdmin } from './fake-admin.ts'

const ID = '01KAKDJHX6T5N7Q3J8Y3M0W2Z'
const PAGE = `${import.meta.dir}/../../../docs/cli.md`
const admin = createFakeAdmin()
afterAll(() => admin.stop())

const ago = (seconds: number): string => new Date(NOW_MS - seconds * 1000).toISOString().replace('.000', '')
const decision = record(NOW_MS - 180_000, { id: `${ID}C`, durationMs: 0.214 })
const later = record(NOW_MS - 60_000, {
  id: `${ID}D`,
  reason: 'token_expired',
  detail: 'expired 4 m 10 s ago, leeway 30 s',
  client: '198.51.100.23',
  path: '/orders/7',
})
const passed = (step: string, facts: string, source: string | null = null): object => ({
  step,
  result: 'pass',
  facts,
  notes: [],
  setting: null,
  source,
})
admin.answers.set(`GET /v1/decisions/${ID}C`, {
  body: {
    schema: 'warder.decision/v1',
    decision,
    why: 'Keycloak adds an audience to a token only through an audience mapper, or for an API whose client roles the user has',
    fix: 'in a client scope of the client, add a mapper "Audience" with the included custom audience "api://orders", then get a new token',
    cause: 'keycloak.audience_mapper',
    config: '0ebfa92',
    steps: [
      passed(
        'route',
        'GET https://api.example.com/orders/42 is read, policy orders-read',
        'warder.yaml:19:5',
      ),
      passed('token', 'header authorization: Bearer, 281 bytes', 'warder.yaml:9:5'),
      {
        ...passed('audience', 'token ["account"], accepted ["api://orders"]', 'warder.yaml:5:15'),
        result: 'fail',
        reason: 'audience_mismatch',
      },
    ],
  },
})
const UNKNOWN_KEY = {
  code: 'ERR_CONFIG_UNKNOWN_KEY',
  severity: 'error',
  message: 'unknown key "audiance"',
  file: '/etc/warder/warder.yaml',
  line: 5,
  column: 5,
  hints: [],
}
admin.answers.set('GET /v1/status', {
  body: {
    schema: 'warder.status/v1',
    version: '0.1.0',
    startedAt: ago(11_534),
    config: {
      digest: '0ebfa92',
      format: 'warder',
      file: '/etc/warder/warder.yaml',
      loadedAt: ago(11_534),
      warnings: [],
    },
    lastReload: { at: ago(120), result: 'refused', cause: 'watch', errors: [UNKNOWN_KEY] },
    listeners: [
      { kind: 'decisions', address: '127.0.0.1:9180' },
      { kind: 'admin', address: '127.0.0.1:9181' },
    ],
    workers: [
      { number: 1, pid: 815, isServing: true, lastEnd: null },
      { number: 2, pid: 816, isServing: true, lastEnd: null },
    ],
    issuers: [
      {
        name: 'main',
        source: 'discovery https://idp.example.com',
        state: 'fresh',
        keys: 2,
        loadedAt: ago(41),
        nextLoadAt: ago(-559),
        lastError: null,
      },
    ],
    isReady: true,
  },
})
admin.answers.set('GET /v1/decisions', {
  body: { schema: 'warder.decisions/v1', decisions: [later, decision], dropped: 0 },
})

/** What the page prints below a command. UPDATE_DOCS=1 writes it anew; read the difference before you commit it. */
function printedBelow(command: string, printed: string): string | undefined {
  const page = readFileSync(PAGE, 'utf8')
  const start = page.indexOf(`\n$ ${command}\n`) + `\n$ ${command}\n`.length
  const end = page.indexOf('```', start)
  if (process.env['UPDATE_DOCS'] === '1')
    writeFileSync(PAGE, page.slice(0, start) + printed + page.slice(end))
  return page.includes(`\n$ ${command}\n`)
    ? readFileSync(PAGE, 'utf8').slice(start).split('```', 1)[0]
    : undefined
}

describe('docs/cli.md shows what is printed', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [`warder explain ${ID}C`, []],
    ['warder decisions tail --outcome deny', ['--no-follow']],
    ['warder status', []],
  ]
  for (const [command, more] of cases)
    it(`by ${command}`, async () => {
      const ran = await runWarder([...command.split(' ').slice(1), '--server', admin.url, ...more])
      expect(ran.stderr).toBe('')
      expect(ran.stdout).toBe(printedBelow(command, ran.stdout) ?? 'nothing')
    })
})
