import { afterAll, describe, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { createSandbox, makeToken, SECRET } from './fixtures.ts'
import { runWarder } from './run-warder.ts'

const sandbox = createSandbox()
const config = `${sandbox.path}/judges.yaml`
afterAll(() => sandbox.remove())

writeFileSync(
  config,
  `version: 1
issuers:
  - { issuer: https://idp.example.com, audience: any, keys: { secret: ${JSON.stringify(SECRET)} } }
policies:
  read: { token_sources: [{ cookie: t }], scope: never:given }
routes:
  - name: both
    match: { path: /both/** }
    all_of: [{ policy: read }, { basic_auth: { users: { alice: { password: pw } } } }]
    upstream: app
  - { name: basic, match: {}, upstream: app, basic_auth: { users: { alice: { password: pw } } } }
upstreams: { app: { servers: ["http://127.0.0.1:1"] } }
listen: { gateway: "127.0.0.1:8080" }
`,
)
const explain = (...args: readonly string[]) =>
  runWarder(['explain', '-c', config, ...args], { stdin: makeToken() })

describe('explain of a route that only the gateway can judge', () => {
  it('says who judges, and which of them can be explained', async () => {
    const { stdout, code } = await explain('-r', 'GET http://h/both/x', '--no-token')
    expect(stdout).toContain('DENY 403  judges_not_asked   route=both')
    expect(stdout).toContain('all_of policy read, basic_auth')
    expect(stdout).toContain('--policy read')
    expect(code).toBe(5)
  })

  it('says that it asks for a password', async () => {
    const { stdout, code } = await explain('-r', 'GET http://h/x', '--no-token')
    expect(stdout).toContain('judges_not_asked')
    expect(stdout).toContain('is basic, basic_auth')
    expect(code).toBe(5)
  })

  it('explains a policy of it by name', async () => {
    const { stdout } = await explain('-r', 'GET http://h/both/x', '--policy', 'read')
    expect(stdout).toContain('scope_missing')
  })
})
