import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { nginxSnippet } from '../../src/callers/nginx/snippet.ts'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'
import type { ChildProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { startEchoApp } from '../support/live/echo-app.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, waitFor } from '../support/live/loopback.ts'
import { startNginx } from '../support/live/nginx.ts'
import { ask } from '../support/live/raw-client.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const ISSUER = createTestIssuer('https://idp.example.test')

liveSuite('`warder serve` in its own process behind nginx', ['nginx'], () => {
  const cleanup = createCleanup()
  const ports = { decisions: 0, admin: 0, site: 0 }
  let file = ''
  let warder: ChildProgram

  const configText = (scope: string): string => `\
version: 1
issuers:
  - { name: main, issuer: ${ISSUER.issuer}, audience: [api], keys: { jwks_file: jwks.json } }
policies:
  all: { scope: "${scope}", identity: { X-Auth-Subject: sub } }
routes:
  - { name: all, match: { path: /** }, policy: all }
listen: { decisions: "127.0.0.1:${ports.decisions}", admin: "127.0.0.1:${ports.admin}" }
drain: 0s
`
  beforeAll(async () => {
    const dir = createTempDir(cleanup)
    for (const name of ['decisions', 'admin', 'site'] as const) ports[name] = await freePort()
    file = join(dir, 'warder.yaml')
    writeFileSync(join(dir, 'jwks.json'), JSON.stringify(ISSUER.jwks()))
    writeFileSync(file, configText('orders:read'))
    const app = await startEchoApp(cleanup)
    warder = await startServe(file, ports.decisions, cleanup)
    const snippet = nginxSnippet({
      decisions: [`127.0.0.1:${ports.decisions}`],
      identityNames: ['X-Auth-Subject'],
      upstream: `http://127.0.0.1:${app.port}`,
      serverName: '_',
      listen: `127.0.0.1:${ports.site}`,
    })
    await startNginx(snippet, ports.site, cleanup)
  })
  afterAll(() => cleanup.run())

  const statusWith = async (claims?: Readonly<Record<string, unknown>>): Promise<number> => {
    const token = ISSUER.mint(
      { aud: 'api', sub: 'alice', scope: 'orders:read', ...claims },
      Date.now() / 1000,
    )
    const headers = claims === undefined ? [] : [['Authorization', `Bearer ${token}`] as const]
    return (await ask(ports.site, { target: '/orders/1', headers })).status
  }

  it('answers 200, 401 and 403', async () => {
    expect(await statusWith({})).toBe(200)
    expect(await statusWith()).toBe(401)
    expect(await statusWith({ scope: 'other' })).toBe(403)
  })

  it('is ready on the admin listener', async () => {
    expect((await fetch(`http://127.0.0.1:${ports.admin}/readyz`)).status).toBe(200)
  })

  it('judges by the changed file without a restart', async () => {
    writeFileSync(file, configText('orders:write'))
    await waitFor('the new policy', async () => (await statusWith({})) === 403 || undefined)
    expect(await statusWith({ scope: 'orders:write' })).toBe(200)
  })

  it('lets no request pass after it was killed, and goes on where it is started again', async () => {
    await warder.stop('SIGKILL')
    expect(await statusWith({ scope: 'orders:write' })).toBe(503)
    warder = await startServe(file, ports.decisions, cleanup)
    expect(await statusWith({ scope: 'orders:write' })).toBe(200)
  })

  it('ends with exit code 0 on SIGTERM', async () => {
    expect(await warder.stop('SIGTERM')).toBe(0)
    expect(await statusWith({ scope: 'orders:write' })).toBe(503)
  })
})
