/** SIGHUP to a `warder serve` of its own, without watching: what systemd and operators send. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'
import { startProgram, type ChildProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { freePort } from '../support/live/loopback.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { liveSuite } from '../support/live/live-suite.ts'

const MAIN = join(import.meta.dir, '../../src/cli/main.ts')
const ISSUER = createTestIssuer('https://idp.example.test')

liveSuite('SIGHUP', [], () => {
  const cleanup = createCleanup()
  let warder: ChildProgram
  let file = ''
  let port = 0

  const write = (scope: string): void =>
    writeFileSync(
      file,
      `version: 1
issuers: [{ name: main, issuer: "${ISSUER.issuer}", audience: api, keys: { jwks_file: jwks.json } }]
policies: { all: { ${scope} } }
routes: [{ name: all, match: { path: /** }, policy: all }]
listen: { decisions: "127.0.0.1:${port}", admin: off }
drain: 0s
`,
    )
  const judge = async (): Promise<string> => {
    const token = ISSUER.mint({ aud: 'api', scope: 'read' }, Date.now() / 1000)
    const response = await fetch(`http://127.0.0.1:${port}/v1/auth/token/all`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return `${response.status} ${response.headers.get('x-decision-reason') ?? ''}`.trim()
  }
  /** Sends the signal and waits for the log line that reports how the reload went; there is one per reload. */
  const reload = async (result: 'refused' | 'success'): Promise<void> => {
    const count = (): number => [...warder.output().matchAll(new RegExp(`"result":"${result}"`, 'g'))].length
    const before = count()
    process.kill(warder.pid, 'SIGHUP')
    await warder.ready(`a reload that is a ${result}`, () => count() > before || undefined)
  }

  beforeAll(async () => {
    const directory = createTempDir(cleanup)
    file = join(directory, 'warder.yaml')
    writeFileSync(join(directory, 'jwks.json'), JSON.stringify(ISSUER.jwks()))
    port = await freePort()
    write('scope: read')
    warder = startProgram([process.execPath, MAIN, 'serve', '-c', file, '--no-watch'])
    cleanup.add(() => warder.stop('SIGKILL'))
    await warder.ready('Warder', () => /ready to decide/.exec(warder.output())?.[0])
  })
  afterAll(() => cleanup.run())

  it('puts a good file in force, and keeps the old one if the new one is bad', async () => {
    expect(await judge()).toBe('200')
    write('scpe: write')
    await reload('refused')
    expect(await judge()).toBe('200')
    expect(warder.output()).toContain('did you mean "scope"?')
    write('scope: write')
    await reload('success')
    expect(await judge()).toBe('403 scope_missing')
  })

  it('is followed by an end with exit code 0 on SIGTERM', async () => expect(await warder.stop()).toBe(0))
})
