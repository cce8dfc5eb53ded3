import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { freePort, isListening, waitFor } from '../support/live/loopback.ts'
import { openClient, requestText } from '../support/live/raw-client.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { liveSuite } from '../support/live/live-suite.ts'

const MAIN = join(import.meta.dir, '../../src/cli/main.ts')
/** Far more lines than a pipe holds. */
const DENIALS = 1_500
/** More than the buffer of the supervisor holds. */
const MANY = 24_000

/** Denials on one connection, a hundred at a time; resolves when all are answered. */
async function pipeline(port: number, count: number): Promise<void> {
  const client = await openClient(port)
  for (let sent = 0; sent < count; sent += 100) {
    client.send(requestText({ target: '/v1/auth/token' }).repeat(100))
    for (let i = 0; i < 100; i++) expect((await client.receive()).status).toBe(401)
  }
  client.close()
}

liveSuite('attack: a flood of denials while the log is not read', [], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  /** Behind its stdout, a pipe that nobody reads. */
  const startUnread = async (workers = 1) => {
    const port = await freePort()
    const file = join(createTempDir(cleanup), 'warder.yaml')
    writeFileSync(
      file,
      `version: 1
workers: ${workers}
issuers: [{ issuer: "https://idp.example.com", audience: a, keys: { secret: "0123456789abcdef0123456789abcdef" } }]
listen: { decisions: "127.0.0.1:${port}", admin: off }
log: { denials_per_second: ${workers > 1 ? 1_000_000 : 1_000} }
drain: 0s
`,
    )
    // Node's streams read a pipe only when they are asked to, which does not happen here.
    const warder = spawn(process.execPath, [MAIN, 'serve', '-c', file], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    cleanup.add(() => warder.kill('SIGKILL'))
    await waitFor('Warder', async () => (await isListening(port)) || undefined)
    return { warder, exited: once(warder, 'exit'), port, url: `http://127.0.0.1:${port}/v1/auth/token` }
  }
  const flood = async (url: string): Promise<void> => {
    for (let i = 0; i < DENIALS; i++) expect((await fetch(url)).status).toBe(401)
  }

  it('still gets its answers, and the process still ends with exit code 0', async () => {
    const { warder, exited, url } = await startUnread()
    await flood(url)
    warder.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
  })

  it('ends at once at a second signal', async () => {
    const { warder, exited, url } = await startUnread()
    await flood(url)
    warder.kill('SIGTERM')
    warder.kill('SIGINT')
    expect(await exited).toEqual([0, null])
  })

  it('is in the log completely, by lines and counts, once it is read', async () => {
    const { warder, exited, url } = await startUnread()
    await flood(url)
    const log = text(warder.stdout)
    warder.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
    expectAll(await log, DENIALS)
  })

  it('is in the log completely if it is the flood of workers, whose lines the supervisor cannot pass on', async () => {
    const { warder, exited, port } = await startUnread(2)
    await Promise.all(Array.from({ length: 8 }, () => pipeline(port, MANY / 8)))
    const log = text(warder.stdout)
    warder.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
    expectAll(await log, MANY)
  }, 30_000)

  function expectAll(log: string, denials: number): void {
    const lines = log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    const counted = lines
      .filter(({ event }) => event === 'not_logged')
      .map(({ counts }) => (counts as { readonly token_missing: number }).token_missing)
    const written = lines.filter(({ event }) => event === 'decision').length
    expect(written + counted.reduce((sum, count) => sum + count, 0)).toBe(denials)
    expect(lines.at(-1)).toMatchObject({ event: 'stopped' })
  }
})
