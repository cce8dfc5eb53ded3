import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'bun:test'
import { caddySnippet } from '../../src/callers/caddy/snippet.ts'
import { CADDIES, startCaddy } from '../support/live/caddy.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { startEchoApp } from '../support/live/echo-app.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startLoad, type Answer } from '../support/live/load.ts'
import { freePort } from '../support/live/loopback.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { mint } from '../support/mint.ts'
import { AUDIENCE, ISSUER, SECRET } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const TOKEN = mint({ scope: 'orders:read' })

const configOf = (decisions: number): string => `version: 1
issuers:
  - { name: main, issuer: ${ISSUER}, audience: ${AUDIENCE}, keys: { secret: "${SECRET}" } }
policies:
  read: { scope: orders:read, identity: { X-Auth-Subject: sub } }
routes:
  - { name: all, match: { path: /** }, policy: read }
listen: { decisions: "127.0.0.1:${decisions}", admin: "off" }
drain: 200ms
`

/** Starts a Warder, and gives what starts it anew at the same address. */
async function startOne() {
  const port = await freePort()
  const file = join(createTempDir(cleanup), 'warder.yaml')
  writeFileSync(file, configOf(port))
  let running = await startServe(file, port, cleanup)
  return {
    port,
    async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
      await running.stop(signal)
      running = await startServe(file, port, cleanup)
    },
  }
}

for (const [name, program] of CADDIES) {
  liveSuite(`Warders restarted one after the other behind ${name}`, [program], () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      it(`leave no request undecided when they end by ${signal}`, async () => {
        const warders = [await startOne(), await startOne()]
        const app = await startEchoApp(cleanup)
        const port = await freePort()
        const text = caddySnippet({
          decisions: warders.map((warder) => `127.0.0.1:${warder.port}`),
          identityNames: ['X-Auth-Subject'],
          upstream: `http://127.0.0.1:${app.port}`,
          serverNames: [],
          certificate: undefined,
          listen: { host: '127.0.0.1', port },
        })
        await startCaddy(program, text, port, cleanup)
        const answers: Answer[] = []
        const load = startLoad(port, () => ({
          token: TOKEN,
          onAnswer: (answer) => void answers.push(answer),
        }))
        for (const warder of warders) await warder.restart(signal)
        await load.stop()
        expect(answers.length).toBeGreaterThan(100)
        expect(answers.filter(({ status }) => status !== 200)).toEqual([])
      }, 60_000)
    }
  })
}
