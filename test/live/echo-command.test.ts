/** `warder echo` as operators run it, behind a real nginx that guards it. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { startProgram, type ChildProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { ask } from '../support/live/raw-client.ts'

const MAIN = join(import.meta.dir, '../../src/cli/main.ts')

liveSuite('warder echo', ['nginx'], () => {
  const cleanup = createCleanup()
  let echo: ChildProgram
  let site: GuardedSite
  let port = 0
  beforeAll(async () => {
    echo = startProgram([process.execPath, MAIN, 'echo', '--listen', '127.0.0.1:0'])
    cleanup.add(() => echo.stop('SIGKILL'))
    port = await echo.ready(
      'the echo',
      () => Number(/echo on 127\.0\.0\.1:(\d+)/.exec(echo.output())?.[1]) || undefined,
    )
    site = await startGuardedSite(cleanup, { upstream: `127.0.0.1:${port}` })
  })
  afterAll(() => cleanup.run())

  it('shows what the proxy passes on, and what it adds', async () => {
    const token = site.mint()
    const headers = [['X-Auth-Subject', 'mallory']] as const
    const answer = await site.ask({ target: '/orders/a%20b?x=%2F', headers }, token)
    expect([answer.status, answer.values('x-warder-echo')]).toEqual([200, ['1']])
    expect(answer.body).toStartWith('GET /orders/a%20b?x=%2F HTTP/1.1\n')
    expect(answer.body).toContain('\nX-Auth-Subject: alice\n')
    expect(answer.body).not.toContain('mallory')
    expect(answer.body).not.toContain(token)
  })

  it('prints one line for each request, and ends with 0 at SIGTERM', async () => {
    await ask(port, { method: 'POST', target: '/direct', body: 'abc' })
    await echo.ready('the line', () =>
      echo.output().includes('POST /direct HTTP/1.1  2 fields, body of 3 bytes\n') ? true : undefined,
    )
    expect(await echo.stop()).toBe(0)
  })
})
