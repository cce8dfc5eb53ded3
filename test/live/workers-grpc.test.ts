/** `warder serve` with two workers and `listen.grpc`: each of them answers Check calls, and a reload reaches both. */
import { writeFileSync } from 'node:fs'
import { connect, type ClientHttp2Session } from 'node:http2'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'
import { checkRequest, readCheckResponse } from '../support/check-messages.ts'
import { callBytes, CHECK, framed } from '../support/grpc-call.ts'
import { startProgram, type ChildProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, waitFor } from '../support/live/loopback.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { ownerOf, waitForWorkers } from '../support/live/worker-service.ts'

const MAIN = join(import.meta.dir, '../../src/cli/main.ts')
const ISSUER = createTestIssuer('https://idp.example.test')

liveSuite('gRPC with two workers', [], () => {
  const cleanup = createCleanup()
  let warder: ChildProgram
  let file = ''
  let sessions: readonly ClientHttp2Session[] = []
  const ports = { decisions: 0, admin: 0, grpc: 0 }

  const write = (scope: string): void =>
    writeFileSync(
      file,
      `version: 1
workers: 2
issuers: [{ name: main, issuer: ${ISSUER.issuer}, audience: api, keys: { jwks_file: jwks.json } }]
policies: { all: { scope: "${scope}", identity: { X-Auth-Subject: sub } } }
routes: [{ name: all, match: { path: /** }, policy: all }]
listen: { decisions: "127.0.0.1:${ports.decisions}", admin: "127.0.0.1:${ports.admin}", grpc: "127.0.0.1:${ports.grpc}" }
drain: 0s
`,
    )

  /** A connection to each of the workers: the system chooses, so some are opened and closed again. */
  const connectToEach = async (pids: readonly number[]): Promise<readonly ClientHttp2Session[]> => {
    const found = new Map<number, ClientHttp2Session>()
    await waitFor('a connection to each worker', async () => {
      const session = connect(`http://127.0.0.1:${ports.grpc}`)
      session.on('error', () => {})
      await new Promise<void>((resolve) => session.once('remoteSettings', () => resolve()))
      const owner = ownerOf(ports.grpc, session.socket.localPort ?? 0, pids)
      if (owner === undefined || found.has(owner)) session.destroy()
      else found.set(owner, session)
      return found.size === pids.length || undefined
    })
    return [...found.values()]
  }

  const codes = (): Promise<readonly unknown[]> =>
    Promise.all(
      sessions.map(async (session) => {
        const token = ISSUER.mint({ aud: 'api', sub: 'alice', scope: 'read' }, Date.now() / 1000)
        const message = checkRequest({ headers: [['authorization', `Bearer ${token}`]] })
        const { body } = await callBytes(session, CHECK, framed(message))
        return body === undefined ? undefined : readCheckResponse(body).code
      }),
    )

  beforeAll(async () => {
    const dir = createTempDir(cleanup)
    file = join(dir, 'warder.yaml')
    writeFileSync(join(dir, 'jwks.json'), JSON.stringify(ISSUER.jwks()))
    for (const name of ['decisions', 'admin', 'grpc'] as const) ports[name] = await freePort()
    write('read')
    warder = startProgram([process.execPath, MAIN, 'serve', '-c', file, '--no-watch'])
    cleanup.add(() => warder.stop())
    const pids = await waitForWorkers(ports.admin, 2)
    sessions = await connectToEach(pids)
    cleanup.add(() => sessions.forEach((session) => session.destroy()))
  })
  afterAll(() => cleanup.run())

  it('is announced at the start', () => {
    expect(warder.output()).toContain(`warder: deciding by gRPC on 127.0.0.1:${ports.grpc}`)
  })

  it('is answered by both', async () => expect(await codes()).toEqual([0, 0]))

  it('is answered by both with the configuration of a reload', async () => {
    write('write')
    process.kill(warder.pid, 'SIGHUP')
    await warder.ready('the reload', () => warder.output().includes('"result":"success"') || undefined)
    expect(await codes()).toEqual([7, 7])
  })
})
