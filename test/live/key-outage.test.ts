import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'
import { startProgram, type ChildProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { freePort, isListening, waitFor } from '../support/live/loopback.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { liveSuite } from '../support/live/live-suite.ts'

const ISSUER = createTestIssuer('https://idp.example.test')

liveSuite('`warder serve` and an issuer that goes down', [], () => {
  const cleanup = createCleanup()
  const ports = { decisions: 0, admin: 0, keys: 0 }
  let dir = ''
  let stopIssuer = (): unknown => undefined

  const startIssuer = (): void => {
    const fetch = (): Response => Response.json(ISSUER.jwks())
    const server = Bun.serve({ port: ports.keys, hostname: '127.0.0.1', fetch })
    stopIssuer = () => server.stop(true)
  }
  const writeConfig = (startup: string): string => {
    const file = join(dir, `${startup}.yaml`)
    const keys = `{ jwks_url: "http://127.0.0.1:${ports.keys}/", allow_http: true, startup: ${startup} }`
    writeFileSync(
      file,
      `version: 1
issuers: [{ name: main, issuer: "${ISSUER.issuer}", audience: api, keys: ${keys} }]
listen: { decisions: "127.0.0.1:${ports.decisions}", admin: "127.0.0.1:${ports.admin}" }
state_dir: state
drain: 0s
`,
    )
    return file
  }
  const start = (startup: string): Promise<ChildProgram> =>
    startServe(writeConfig(startup), ports.decisions, cleanup)
  const decide = async (): Promise<{
    readonly status: number
    readonly reason: string | null
    readonly retryAfter: string | null
  }> => {
    const authorization = `Bearer ${ISSUER.mint({ aud: 'api', sub: 'alice' }, Date.now() / 1000)}`
    const { status, headers } = await fetch(`http://127.0.0.1:${ports.decisions}/v1/auth/token`, {
      headers: { authorization },
    })
    return { status, reason: headers.get('x-decision-reason'), retryAfter: headers.get('retry-after') }
  }
  const readiness = async (): Promise<{ readonly status: number; readonly text: string }> => {
    const response = await fetch(`http://127.0.0.1:${ports.admin}/readyz?verbose`)
    return { status: response.status, text: await response.text() }
  }

  beforeAll(async () => {
    dir = createTempDir(cleanup)
    for (const name of ['decisions', 'admin', 'keys'] as const) ports[name] = await freePort()
    cleanup.add(() => stopIssuer())
  })
  afterAll(() => cleanup.run())

  it('without keys answers 503 with Retry-After, is not ready, and recovers by itself', async () => {
    const warder = await start('serve')
    expect(await decide()).toMatchObject({
      status: 503,
      reason: 'keys_unavailable',
      retryAfter: expect.stringMatching(/^\d+$/),
    })
    expect((await readiness()).status).toBe(503)
    startIssuer()
    await waitFor('the keys', async () => (await decide()).status === 200 || undefined)
    expect((await readiness()).status).toBe(200)
    await warder.stop('SIGKILL')
    stopIssuer()
  })

  it('with `startup: wait` does not listen before the keys are there', async () => {
    const warder = startProgram([
      process.execPath,
      join(import.meta.dir, '../../src/cli/main.ts'),
      'serve',
      '-c',
      writeConfig('wait'),
    ])
    cleanup.add(() => warder.stop('SIGKILL'))
    let asked = 0
    const server = Bun.serve({
      port: ports.keys,
      hostname: '127.0.0.1',
      fetch: () => ((asked += 1), new Response('', { status: 503 })),
    })
    await waitFor('the first fetch', () => asked > 0 || undefined)
    expect(await isListening(ports.decisions)).toBe(false)
    server.reload({ fetch: () => Response.json(ISSUER.jwks()) })
    await waitFor('the listener', async () => (await isListening(ports.decisions)) || undefined)
    expect((await decide()).status).toBe(200)
    await warder.stop('SIGKILL')
    await server.stop(true)
  })

  it('with `startup: snapshot` serves at once after a kill during the outage, and reports it', async () => {
    startIssuer()
    const first = await start('snapshot')
    await waitFor('the keys', async () => (await decide()).status === 200 || undefined)
    await waitFor('the snapshot', () => existsSync(join(dir, 'state/main.keys.json')) || undefined)
    stopIssuer()
    await first.stop('SIGKILL')
    const second = await start('snapshot')
    expect((await decide()).status).toBe(200)
    const { status, text } = await readiness()
    expect([status, text]).toEqual([200, expect.stringContaining('kept by a previous run')])
    expect(text).toMatch(/key test-1: first seen .*, in force, last used/)
    startIssuer()
    await waitFor('fresh keys', async () => (await readiness()).text.includes('[+] issuer main') || undefined)
    expect(await second.stop('SIGTERM')).toBe(0)
  })
})
