/** `warder serve` with two workers and `listen.spoe`: each of them answers HAProxy, and a reload reaches both. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'
import { startProgram, type ChildProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, waitFor } from '../support/live/loopback.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { ownerOf, waitForWorkers } from '../support/live/worker-service.ts'
import { argumentsOf, notify, openGreeted, type SpopPeer } from '../support/spop-peer.ts'

const MAIN = join(import.meta.dir, '../../src/cli/main.ts')
const ISSUER = createTestIssuer('https://idp.example.test')

liveSuite('SPOE with two workers', [], () => {
  const cleanup = createCleanup()
  let warder: ChildProgram
  let file = ''
  let peers: readonly SpopPeer[] = []
  const ports = { decisions: 0, admin: 0, spoe: 0 }

  const write = (scope: string): void =>
    writeFileSync(
      file,
      `version: 1
workers: 2
issuers: [{ name: main, issuer: ${ISSUER.issuer}, audience: api, keys: { jwks_file: jwks.json } }]
policies: { all: { scope: "${scope}", identity: { X-Auth-Subject: sub } } }
routes: [{ name: all, match: { path: /** }, policy: all }]
listen: { decisions: "127.0.0.1:${ports.decisions}", admin: "127.0.0.1:${ports.admin}", spoe: "127.0.0.1:${ports.spoe}" }
drain: 0s
`,
    )

  /** A connection to each of the workers: the system chooses, so some are opened and closed again. */
  const connectToEach = async (pids: readonly number[]): Promise<readonly SpopPeer[]> => {
    const found = new Map<number, SpopPeer>()
    await waitFor('a connection to each worker', async () => {
      const peer = await openGreeted(ports.spoe, cleanup)
      const owner = ownerOf(ports.spoe, peer.socket.localPort ?? 0, pids)
      if (owner === undefined || found.has(owner)) peer.socket.destroy()
      else found.set(owner, peer)
      return found.size === pids.length || undefined
    })
    return [...found.values()]
  }

  const answers = (): Promise<readonly unknown[]> =>
    Promise.all(
      peers.map(async (peer) => {
        const token = ISSUER.mint({ aud: 'api', sub: 'alice', scope: 'read' }, Date.now() / 1000)
        peer.send(notify(argumentsOf([['authorization', `Bearer ${token}`]])))
        const { values = {} } = (await peer.receive()) ?? {}
        return `${values['status']} ${values['allowed'] ?? false}`
      }),
    )

  beforeAll(async () => {
    const dir = createTempDir(cleanup)
    file = join(dir, 'warder.yaml')
    writeFileSync(join(dir, 'jwks.json'), JSON.stringify(ISSUER.jwks()))
    for (const name of ['decisions', 'admin', 'spoe'] as const) ports[name] = await freePort()
    write('read')
    warder = startProgram([process.execPath, MAIN, 'serve', '-c', file, '--no-watch'])
    cleanup.add(() => warder.stop())
    peers = await connectToEach(await waitForWorkers(ports.admin, 2))
  })
  afterAll(() => cleanup.run())

  it('is announced at the start', () => {
    expect(warder.output()).toContain(`warder: deciding by SPOE on 127.0.0.1:${ports.spoe}`)
  })

  it('is answered by both', async () => expect(await answers()).toEqual(['200 true', '200 true']))

  it('is answered by both with the configuration of a reload', async () => {
    write('write')
    process.kill(warder.pid, 'SIGHUP')
    await warder.ready('the reload', () => warder.output().includes('"result":"success"') || undefined)
    expect(await answers()).toEqual(['403 false', '403 false'])
  })
})
