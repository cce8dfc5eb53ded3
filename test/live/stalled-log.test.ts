import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { freePort, isListening, waitFor } from '../support/live/loopback.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { liveSuite } from '../support/live/live-suite.ts'

const MAIN = join(import.meta.dir, '../../src/cli/main.ts')
/** Far more lines than a pipe holds. */
const DENIALS = 1_500

liveSuite('attack: a flood of denials while the log is not read', [], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('still gets its answers, and the process still ends with exit code 0', async () => {
    const port = await freePort()
    const file = join(createTempDir(cleanup), 'warder.yaml')
    writeFileSync(
      file,
      `version: 1
issuers: [{ issuer: "https://idp.example.com", audience: a, keys: { secret: "0123456789abcdef0123456789abcdef" } }]
listen: { decisions: "127.0.0.1:${port}", admin: off }
drain: 0s
`,
    )
    // Node's streams read a pipe only when they are asked to, which does not happen here.
    const warder = spawn(process.execPath, [MAIN, 'serve', '-c', file], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    cleanup.add(() => warder.kill('SIGKILL'))
    const exited = once(warder, 'exit')
    await waitFor('Warder', async () => (await isListening(port)) || undefined)
    const url = `http://127.0.0.1:${port}/v1/auth/token`
    for (let i = 0; i < DENIALS; i++) expect((await fetch(url)).status).toBe(401)
    warder.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
  })
})
