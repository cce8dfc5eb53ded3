import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'bun:test'
import type { Program } from '../../tools/programs.ts'
import { apacheSnippet } from '../../src/callers/apache/snippet.ts'
import { nginxSnippet } from '../../src/callers/nginx/snippet.ts'
import { startApache } from '../support/live/apache.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { startEchoApp } from '../support/live/echo-app.ts'
import { startHaproxy } from '../support/live/haproxy.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startLoad, type Answer } from '../support/live/load.ts'
import { freePort } from '../support/live/loopback.ts'
import { startNginx } from '../support/live/nginx.ts'
import { openClient, requestText } from '../support/live/raw-client.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { mint } from '../support/mint.ts'
import { AUDIENCE, ISSUER, SECRET } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const TOKEN = mint({ scope: 'orders:read' })

const configOf = (decisions: number, spoe: number, drain: string): string => `version: 1
issuers:
  - { name: main, issuer: ${ISSUER}, audience: ${AUDIENCE}, keys: { secret: "${SECRET}" } }
policies:
  read: { scope: orders:read, identity: { X-Auth-Subject: sub } }
routes:
  - { name: all, match: { path: /** }, policy: read }
listen: { decisions: "127.0.0.1:${decisions}", spoe: "127.0.0.1:${spoe}", admin: "off" }
drain: ${drain}
`

/** Starts a Warder, and gives what starts it anew at the same address. */
async function startOne(drain: string) {
  const port = await freePort()
  const spoe = await freePort()
  const file = join(createTempDir(cleanup), 'warder.yaml')
  writeFileSync(file, configOf(port, spoe, drain))
  let running = await startServe(file, port, cleanup)
  return {
    port,
    spoe,
    process: () => running,
    async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
      await running.stop(signal)
      running = await startServe(file, port, cleanup)
    },
  }
}

/** A proxy in front of several Warders. */
interface RollingProxy {
  readonly programs: readonly Program[]
  readonly rounds: number
  /** Answers that there must be at least. */
  readonly least: number
  /** Whether it asks at `listen.spoe`. */
  readonly bySpoe?: true
  /** How many requests may get a 503. Default: none. */
  readonly mayFail?: number
  readonly start: (site: ProxySite, port: number) => Promise<unknown>
}

interface ProxySite {
  readonly decisions: readonly string[]
  readonly identityNames: readonly string[]
  readonly upstream: string
  readonly serverNames: readonly string[]
  readonly certificate: undefined
}

const PROXIES: Readonly<Record<string, RollingProxy>> = {
  nginx: {
    programs: ['nginx'],
    rounds: 2,
    least: 100,
    start: ({ decisions, identityNames, upstream }, port) =>
      startNginx(
        nginxSnippet({ decisions, identityNames, upstream, serverName: '_', listen: `127.0.0.1:${port}` }),
        port,
        cleanup,
      ),
  },
  // 2.6 takes three seconds until it gives up a Warder that is gone.
  HAProxy: {
    programs: ['haproxy'],
    rounds: 1,
    least: 10,
    start: (site, port) => startHaproxy(site, port, cleanup),
  },
  'HAProxy by SPOE': {
    programs: ['haproxy'],
    rounds: 1,
    least: 100,
    bySpoe: true,
    // HAProxy repeats no question of SPOE: one that crosses the end of a connection has no answer. The load has four
    // clients, and there are two restarts.
    mayFail: 8,
    start: (site, port) => startHaproxy(site, port, cleanup, { by: 'spoe' }),
  },
  Apache: {
    programs: ['apache2', 'lua-socket'],
    rounds: 1,
    least: 50,
    start: (site, port) =>
      startApache(apacheSnippet({ ...site, listen: `127.0.0.1:${port}` }), port, cleanup),
  },
}

for (const [name, { programs, start, rounds, least, bySpoe, mayFail = 0 }] of Object.entries(PROXIES)) {
  liveSuite(`Warders restarted one after the other behind ${name}`, programs, () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      it(`leave ${mayFail === 0 ? 'no request' : 'only those under way'} undecided when they end by ${signal}`, async () => {
        const warders = [await startOne('200ms'), await startOne('200ms')]
        const app = await startEchoApp(cleanup)
        const port = await freePort()
        const site: ProxySite = {
          decisions: warders.map(({ port: asked, spoe }) => `127.0.0.1:${bySpoe === true ? spoe : asked}`),
          identityNames: ['X-Auth-Subject'],
          upstream: `http://127.0.0.1:${app.port}`,
          serverNames: [],
          certificate: undefined,
        }
        await start(site, port)
        const answers: Answer[] = []
        const load = startLoad(port, () => ({
          token: TOKEN,
          onAnswer: (answer) => void answers.push(answer),
        }))
        for (let round = 0; round < rounds; round++) {
          for (const warder of warders) await warder.restart(signal)
        }
        await load.stop()
        expect(answers.length).toBeGreaterThan(least)
        const failed = answers.filter(({ status }) => status !== 200)
        if (mayFail === 0) expect(failed).toEqual([])
        for (const { status } of failed) expect(status).toBe(503)
        expect(failed.length).toBeLessThanOrEqual(mayFail)
      }, 60_000)
    }
  })
}

describe('a Warder that stops', () => {
  it('end each connection with an answer while they drain', async () => {
    const warder = await startOne('5s')
    const client = await openClient(warder.port)
    const request = requestText({ target: '/v1/auth/token', headers: [['Authorization', `Bearer ${TOKEN}`]] })
    client.send(request)
    expect((await client.receive()).values('Connection')).toEqual([])
    const exited = warder.process().stop('SIGTERM')
    await warder
      .process()
      .ready('the drain', () => warder.process().output().includes('stopping') || undefined)
    client.send(request)
    const last = await client.receive()
    expect(last.status).toBe(200)
    expect(last.values('Connection')).toEqual(['close'])
    await client.ended
    expect(await exited).toBe(0)
  })
})
