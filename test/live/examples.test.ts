/** The examples, each started as it is. */
import { afterEach, describe, expect, it } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Program } from '../../tools/programs.ts'
import { EXAMPLES, exampleFiles } from '../../tools/examples.ts'
import { startProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { isListening, waitFor } from '../support/live/loopback.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const NEEDS: Readonly<Record<string, readonly Program[]>> = {
  nginx: ['nginx'],
  caddy: ['caddy'],
  traefik: ['traefik'],
  haproxy: ['haproxy'],
  apache: ['apache2', 'lua-socket'],
  envoy: ['envoy'],
  'envoy-grpc': ['envoy'],
}
const SITE = 8480
const PORTS = [SITE, 8400, 9480, 9490]

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** As the example prints it. */
async function mintToken(): Promise<string> {
  const minting = ['token', 'mint', '-c', 'examples/warder.yaml', '--issuer', 'example']
  const child = startProgram(
    ['npm', 'run', '-s', 'warder', '--', ...minting, '--sub', 'alice', '--scope', 'orders:read'],
    { cwd: ROOT },
  )
  await child.exited
  // Beside a remark on standard error.
  const [token] = /eyJ\S+/.exec(child.output()) ?? []
  return token ?? ''
}

describe('the examples', () => {
  it('have the text that `warder snippet` prints; `npm run examples` writes it', () => {
    for (const [path, text] of exampleFiles())
      expect([path, readFileSync(`${ROOT}/examples/${path}`, 'utf8')]).toEqual([path, text])
  })

  it('are all of the folders, and in the table', () => {
    const folders = readdirSync(`${ROOT}/examples`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
    expect(folders.toSorted()).toEqual([...EXAMPLES].toSorted())
    const page = readFileSync(`${ROOT}/examples/README.md`, 'utf8')
    for (const name of folders) expect(page).toContain(`| [${name}](${name}) |`)
  })
})

for (const name of EXAMPLES) {
  liveSuite(`the example ${name}`, NEEDS[name] ?? [], () => {
    it('starts as it is, denies without a token, replaces a spoofed header, and stops as a whole', async () => {
      // In a session of its own, like a terminal's: the signal goes to all of it.
      const example = startProgram(['setsid', `${ROOT}/examples/${name}/start.sh`])
      cleanup.add(() => endSession(example.pid, 'SIGKILL'))
      const ask = async (headers: Record<string, string>) => {
        const answer = await fetch(`http://127.0.0.1:${SITE}/orders/42`, { headers }).catch(() => undefined)
        return answer && { status: answer.status, text: await answer.text() }
      }
      const denied = await example.ready('a denial', async () => {
        const answer = await ask({})
        return answer?.status === 401 ? answer : undefined
      })
      expect(denied.text).toContain('token_missing')
      const token = await mintToken()
      const spoofed = { 'X-Auth-Subject': 'mallory', X_Auth_Subject: 'mallory' }
      const allowed = await waitFor('an allow', async () => {
        const answer = await ask({ ...spoofed, authorization: `Bearer ${token}` })
        return answer?.status === 200 ? answer : undefined
      })
      expect(allowed.text).toMatch(/x-auth-subject: alice/i)
      expect(allowed.text).not.toContain('mallory')
      endSession(example.pid, 'SIGINT')
      await example.exited
      for (const port of PORTS)
        await waitFor(`port ${port} to be free`, async () => ((await isListening(port)) ? undefined : true))
    })
  })
}

/** To every process of it, as Ctrl-C does. */
function endSession(leader: number, signal: 'SIGINT' | 'SIGKILL'): void {
  try {
    process.kill(-leader, signal)
  } catch {
    // It has ended.
  }
}
