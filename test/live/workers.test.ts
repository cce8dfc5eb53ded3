/** `warder serve` with two workers: one configuration, one key fetch, one service. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'
import { startProgram, type ChildProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, isListening, waitFor } from '../support/live/loopback.ts'
import { requestText, type RawClient } from '../support/live/raw-client.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { connectToEach, waitForWorkers, workersOf } from '../support/live/worker-service.ts'

const MAIN = join(import.meta.dir, '../../src/cli/main.ts')
const ISSUER = createTestIssuer('https://idp.example.test')

liveSuite('a service with two workers', [], () => {
  const cleanup = createCleanup()
  let keyFetches = 0
  let jwksUrl = ''
  let file = ''
  let ports = { decisions: 0, admin: 0 }
  let warder: ChildProgram
  let pids: readonly number[] = []
  let clients: readonly RawClient[] = []

  const write = (scope: string): void =>
    writeFileSync(
      file,
      `version: 1
workers: 2
issuers:
  - name: main
    issuer: ${ISSUER.issuer}
    audience: api
    keys: { jwks_url: "${jwksUrl}", allow_http: true, cooldown: 1s, min_refresh: 1s }
policies: { all: { ${scope}, identity: { X-Auth-Subject: sub } } }
routes: [{ name: all, match: { path: /** }, policy: all }]
listen: { decisions: "127.0.0.1:${ports.decisions}", admin: "127.0.0.1:${ports.admin}" }
drain: 0s
`,
    )
  const mint = (): string => ISSUER.mint({ aud: 'api', sub: 'alice', scope: 'read' }, Date.now() / 1000)
  /** The same request to both workers at the same time. */
  const askEach = (token: string): Promise<readonly string[]> =>
    Promise.all(
      clients.map(async (client) => {
        client.send(
          requestText({ target: '/v1/auth/token/all', headers: [['Authorization', `Bearer ${token}`]] }),
        )
        const response = await client.receive()
        return `${response.status} ${response.values('X-Decision-Reason')[0] ?? ''}`.trim()
      }),
    )
  const reload = async (result: 'refused' | 'success'): Promise<void> => {
    const count = (): number => warder.output().split(`"result":"${result}"`).length
    const before = count()
    process.kill(warder.pid, 'SIGHUP')
    await warder.ready(`a reload that is a ${result}`, () => count() > before || undefined)
  }

  beforeAll(async () => {
    const server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: () => {
        keyFetches++
        return Response.json(ISSUER.jwks())
      },
    })
    cleanup.add(() => server.stop(true))
    jwksUrl = `http://127.0.0.1:${server.port}/jwks`
    ports = { decisions: await freePort(), admin: await freePort() }
    file = join(createTempDir(cleanup), 'warder.yaml')
    write('scope: read')
    warder = startProgram([process.execPath, MAIN, 'serve', '-c', file, '--no-watch'])
    cleanup.add(() => warder.stop('SIGKILL'))
    await warder.ready('the start', () => warder.output().includes('ready to decide') || undefined)
    pids = await waitForWorkers(ports.admin, 2)
    clients = await connectToEach(ports.decisions, pids)
    cleanup.add(() => {
      for (const client of clients) client.close()
    })
  })
  afterAll(() => cleanup.run())

  it('decides in both, with keys that were fetched once', async () => {
    expect(await askEach(mint())).toEqual(['200', '200'])
    expect(keyFetches).toBe(1)
    expect(warder.output().split('ready to decide')).toHaveLength(2)
  })

  it('reports which keys were used by any of them', async () => {
    const used = async (): Promise<true | undefined> => {
      const report = await (await fetch(`http://127.0.0.1:${ports.admin}/v1/keys`)).text()
      return /"lastUsed":"/.test(report) || undefined
    }
    await waitFor('the use of a key to be reported', used)
  })

  it('fetches once when both see a new key at the same time, and both use it', async () => {
    ISSUER.rotate(false)
    expect(await askEach(mint())).toEqual(['200', '200'])
    expect(keyFetches).toBe(2)
  })

  it('denies an unknown kid in both, within the cooldown and without a fetch', async () => {
    const stranger = createTestIssuer(ISSUER.issuer)
    for (let i = 0; i < 5; i++) stranger.rotate(false)
    const token = stranger.mint({ aud: 'api', scope: 'read' }, Date.now() / 1000)
    expect(await askEach(token)).toEqual(['401 kid_unknown', '401 kid_unknown'])
    expect(keyFetches).toBeLessThanOrEqual(3)
  })

  it('puts a good configuration in force in both, and a bad one in neither', async () => {
    write('scpe: write')
    await reload('refused')
    expect(await askEach(mint())).toEqual(['200', '200'])
    write('scope: write')
    await reload('success')
    expect(await askEach(mint())).toEqual(['403 scope_missing', '403 scope_missing'])
    write('scope: read')
    await reload('success')
    expect(await askEach(mint())).toEqual(['200', '200'])
    expect(await workersOf(ports.admin)).toEqual(pids)
  })

  it('writes the log lines of both whole', async () => {
    await askEach('no-token')
    const denials = () => warder.output().match(/^\{.*"reason":"token_malformed".*\}$/gm)
    await waitFor('both lines', () => denials()?.length === 2 || undefined)
    const lines = warder.output().split('\n')
    for (const line of lines.filter((one) => one.startsWith('{')))
      expect(() => JSON.parse(line)).not.toThrow()
  })

  it('is the only service on its addresses', async () => {
    const second = startProgram([process.execPath, MAIN, 'serve', '-c', file])
    cleanup.add(() => second.stop('SIGKILL'))
    expect(await second.exited).toBe(8)
    expect(second.output()).toContain(
      `cannot listen on 127.0.0.1:${ports.decisions}: another process listens there`,
    )
    expect(await askEach(mint())).toEqual(['200', '200'])
  })

  it('leaves signals to the supervisor', async () => {
    for (const pid of pids) for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.kill(pid, signal)
    expect(await askEach(mint())).toEqual(['200', '200'])
    expect(await workersOf(ports.admin)).toEqual(pids)
  })

  it('replaces a worker that is killed, and the other one goes on', async () => {
    const [first = 0, second = 0] = pids
    process.kill(first, 'SIGKILL')
    await clients[0]?.ended
    const now = await waitForWorkers(ports.admin, 2, [first])
    expect(now).toContain(second)
    const line = warder.output().match(/^\{.*"event":"worker".*\}$/m)?.[0] ?? '{}'
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', worker: 1, pid: first, cause: 'signal SIGKILL' })
    pids = now
    const rest = clients.slice(1)
    clients = [...(await connectToEach(ports.decisions, pids)), ...rest]
    expect(await askEach(mint())).toEqual(['200', '200', '200'])
    // The new one has the keys and the configuration of the others.
    expect(keyFetches).toBeLessThanOrEqual(4)
  })

  it('ends with the supervisor, and gives its port back', async () => {
    await warder.stop('SIGKILL')
    const isAlive = (pid: number): boolean => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    }
    await waitFor('the workers to end', () => !pids.some(isAlive) || undefined)
    expect(await isListening(ports.decisions)).toBe(false)
  })
})

liveSuite('a service whose decisions are on a unix socket', [], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('has them in its first worker, also after that was killed', async () => {
    const dir = createTempDir(cleanup)
    const [gateway, admin] = [await freePort(), await freePort()]
    const file = join(dir, 'warder.yaml')
    writeFileSync(
      file,
      `version: 1
workers: 2
routes: [{ name: all, match: {}, access: public, upstream: app }]
upstreams: { app: { servers: ["http://127.0.0.1:${await freePort()}"] } }
listen: { decisions: "unix:${dir}/decisions.sock", admin: "127.0.0.1:${admin}", gateway: "127.0.0.1:${gateway}" }
drain: 0s
`,
    )
    const warder = startProgram([process.execPath, MAIN, 'serve', '-c', file, '--no-watch'])
    cleanup.add(() => warder.stop('SIGKILL'))
    const pids = await waitForWorkers(admin, 2)
    const decide = async (): Promise<number> =>
      (
        await fetch('http://warder/v1/auth/nginx', {
          unix: `${dir}/decisions.sock`,
          headers: { 'X-Original-Method': 'GET', 'X-Original-URL': 'https://api.example.com/' },
        })
      ).status
    expect(await decide()).toBe(200)
    process.kill(pids[0] ?? 0, 'SIGKILL')
    await waitForWorkers(admin, 2, pids.slice(0, 1))
    expect(await decide()).toBe(200)
    expect(await warder.stop()).toBe(0)
    expect(existsSync(`${dir}/decisions.sock`)).toBe(false)
  })
})

liveSuite('two services that start at the same time', [], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('never share an address', async () => {
    const file = join(createTempDir(cleanup), 'warder.yaml')
    const port = await freePort()
    writeFileSync(
      file,
      `version: 1
workers: 2
routes: [{ name: all, match: {}, access: public }]
listen: { decisions: "127.0.0.1:${port}", admin: off }
drain: 0s
`,
    )
    const both = [1, 2].map(() => {
      const warder = startProgram([process.execPath, MAIN, 'serve', '-c', file, '--no-watch'])
      cleanup.add(() => warder.stop('SIGKILL'))
      return warder
    })
    const loser = await Promise.race(both.map(async (warder, i) => ((await warder.exited) === 8 ? i : -1)))
    const [winner, second] = [both[1 - loser], both[loser]]
    expect(second?.output()).toContain('another process listens there')
    await winner?.ready('the other one', () => winner.output().includes('ready to decide') || undefined)
    expect(await winner?.stop()).toBe(0)
  })
})

liveSuite('a service whose configuration is refused at the start', [], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('ends, and so does the worker that was started meanwhile', async () => {
    const file = join(createTempDir(cleanup), 'warder.yaml')
    writeFileSync(file, 'version: 1\nworkers: 2\nroutes: [{ access: everything }]\n')
    const warder = startProgram([process.execPath, MAIN, 'serve', '-c', file])
    cleanup.add(() => warder.stop('SIGKILL'))
    const workers = await waitFor('a worker', () => {
      const pids = childrenOf(warder.pid)
      return pids.length === 0 ? undefined : pids
    })
    expect(await warder.exited).toBe(3)
    await waitFor('its end', () => !workers.some((pid) => existsSync(`/proc/${pid}/exe`)) || undefined)
  })
})

/** Those that its main thread has started. */
function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map(Number)
}
