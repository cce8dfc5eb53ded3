/**
 * The whole skeleton of a Goma configuration in `warder serve -c goma.yml`, in a process of its own: every key as its
 * documents have it, with hosts, ports and files of this machine. What is asserted is what clients and servers see.
 */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SKELETON } from '../compat/goma/goma-config.ts'
import { startProgram, type ChildProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, isListening, waitFor } from '../support/live/loopback.ts'
import { ask, type RawRequest } from '../support/live/raw-client.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { startRawUpstream, type RawUpstream, type UpstreamRequest } from '../support/run-gateway.ts'
import { createTestCa, type TestCa } from '../support/test-ca.ts'

const MAIN = join(import.meta.dir, '../../src/cli/main.ts')
/** A file of Goma has no address for decisions. */
const ANY_PORT = join(import.meta.dir, '../support/live/any-port.ts')
const PAGE = 'https://example.com'

const answerOf = (status: number, body: string, more = ''): string =>
  `HTTP/1.1 ${status} Status\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`

/** Answers with its name; `/status/N` is that status, and the test sets its health. */
const application =
  (name: string, health: () => number) =>
  (request: UpstreamRequest, socket: { write(text: string): void }) => {
    const path = request.target.split('?')[0] ?? ''
    const status = path === '/health' ? health() : Number(/^\/status\/(\d+)$/.exec(path)?.[1] ?? 200)
    socket.write(answerOf(status, `${name} ${request.target}`))
  }

liveSuite('`warder serve` with the whole skeleton of Goma', ['openssl'], () => {
  const cleanup = createCleanup()
  let ca: TestCa
  let warder: ChildProgram
  let port = 0
  let securePort = 0
  let first: RawUpstream
  let second: RawUpstream
  let auth: RawUpstream
  let secondHealth = 404
  let directory = ''

  beforeAll(async () => {
    ca = createTestCa()
    cleanup.add(() => ca.remove())
    const { certFile, keyFile } = ca.issue('localhost')
    first = await startRawUpstream(
      cleanup,
      application('first', () => 200),
    )
    second = await startRawUpstream(
      cleanup,
      application('second', () => secondHealth),
    )
    // Whoever is called alice is known.
    auth = await startRawUpstream(cleanup, (request, socket) => {
      const [, credentials = ''] = (request.values('authorization')[0] ?? '').split(' ')
      const isAlice = Buffer.from(credentials, 'base64').toString().startsWith('alice:')
      socket.write(isAlice ? answerOf(200, '', 'userId: a-1\r\nuserCountryId: NL\r\n') : answerOf(403, ''))
    })
    ;[port, securePort] = [await freePort(), await freePort()]
    const dir = createTempDir(cleanup)
    directory = join(dir, 'extra')
    mkdirSync(directory)
    const config = SKELETON.replace("tlsCertFile: ''", `tlsCertFile: ${certFile}`)
      .replace("tlsKeyFile: ''", `tlsKeyFile: ${keyFile}`)
      .replace(
        'gateway:',
        `gateway:\n  entryPoints: { web: { address: "127.0.0.1:${port}" }, webSecure: { address: "127.0.0.1:${securePort}" } }`,
      )
      .replace('/etc/goma/extra, watch: false', `${directory}, watch: true`)
      .replace('backends: []', `backends: ["${first.url}", "${second.url}"]`)
      .replace('interval: 30s, timeout: 10s', 'interval: 100ms, timeout: 5s')
      .replace('rateLimit: 60', 'rateLimit: 1000')
      .replace('https://www.example.com', auth.url)
      .replace('middlewares: [google-auth]', 'middlewares: [staff, google-auth]')
      .replace(
        'routes:\n',
        `routes:
    - { name: slow, path: /slow, destination: "${first.url}", rateLimit: 2, rewrite: / }
`,
      )
    const more = `  - name: staff
    type: basic
    paths: [/protected-access]
    rule: { username: alice, password: "wonderland" }
`
    const file = join(dir, 'goma.yml')
    writeFileSync(file, config + more)
    warder = startProgram([process.execPath, '--preload', ANY_PORT, MAIN, 'serve', '-c', file])
    cleanup.add(() => warder.stop('SIGKILL'))
    await warder.ready('both listeners', async () =>
      (await isListening(port)) && (await isListening(securePort)) ? true : undefined,
    )
  })
  afterAll(() => cleanup.run())

  const get = (target: string, more: Omit<RawRequest, 'target'> = {}) => ask(port, { target, ...more })
  const basic = (name: string, password: string): readonly [string, string] => [
    'Authorization',
    `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
  ]

  it('reports at its start which settings have no effect', () => {
    expect(warder.output()).toContain('`redis` has no effect')
    expect(warder.output()).not.toContain('password: p')
  })

  it('asks its servers in turn, with the rewritten path', async () => {
    const bodies = new Set<string>()
    for (let i = 0; i < 4; i++) bodies.add((await get('/api/a%20b?c=%41')).body)
    expect([...bodies].sort()).toEqual(['first /a%20b?c=%41', 'second /a%20b?c=%41'])
  })

  it('takes a 404 of a health check for well, and avoids a server that answers 302', async () => {
    secondHealth = 302
    const answers = async (): Promise<string> => {
      const bodies = [await get('/api/x'), await get('/api/x'), await get('/api/x')].map(({ body }) => body)
      return bodies.join()
    }
    await waitFor('the second server to be left alone', async () =>
      (await answers()).includes('second') ? undefined : true,
    )
    secondHealth = 404
    await waitFor('the second server to be asked again', async () =>
      (await answers()).includes('second') ? true : undefined,
    )
  })

  it('intercepts the errors of the gateway and of the route, and no others', async () => {
    for (const [status, isOurs] of [
      [404, true],
      [500, true],
      [502, false],
      [403, false],
    ] as const) {
      const { body, values, status: answered } = await get(`/api/status/${status}`)
      expect([
        answered,
        body.includes('/status/'),
        values('content-type')[0] === 'application/problem+json',
      ]).toEqual([status, !isOurs, isOurs])
    }
    expect((await get('/slow/status/404')).body).toBe('first /status/404')
  })

  it('answers preflights of the pages of the gateway, and names no other origins', async () => {
    const preflight = (origin: string) =>
      get('/api/x', {
        method: 'OPTIONS',
        headers: [
          ['Origin', origin],
          ['Access-Control-Request-Method', 'POST'],
        ],
      })
    const before = first.received.length + second.received.length
    const answer = await preflight(PAGE)
    expect(answer.status).toBe(204)
    expect(answer.values('access-control-allow-origin')).toEqual([PAGE])
    expect(answer.values('access-control-max-age')).toEqual(['86400'])
    expect((await preflight('https://evil.example')).values('access-control-allow-origin')).toEqual([])
    const asked = [...first.received, ...second.received].filter(({ method }) => method === 'OPTIONS')
    expect([before > 0, asked]).toEqual([true, []])
    const real = await get('/api/x', { headers: [['Origin', PAGE]] })
    expect([real.status, real.values('access-control-allow-origin')]).toEqual([200, [PAGE]])
  })

  it('limits the rate of one route, and not of another', async () => {
    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push((await get('/slow/x')).status)
    expect(statuses.at(-1)).toBe(429)
    expect((await get('/api/x')).status).toBe(200)
  })

  it('denies other methods', async () => {
    expect((await get('/api/x', { method: 'DELETE' })).status).toBe(403)
  })

  it('asks for a password and then the auth service, on one path', async () => {
    const before = auth.received.length
    expect((await get('/api/protected-access')).status).toBe(401)
    expect((await get('/api/protected-access', { headers: [basic('alice', 'wrong')] })).status).toBe(401)
    expect((await get('/api/protected-access', { headers: [basic('bob', 'wonderland')] })).status).toBe(401)
    expect(auth.received.length).toBe(before)
    const allowed = await get('/api/protected-access?countryId=XX', {
      headers: [basic('alice', 'wonderland'), ['X-Auth-UserId', 'root']],
    })
    expect(allowed.status).toBe(200)
    expect(allowed.body).toMatch(/ \/protected-access\?countryId=NL$/)
    const seen = [...first.received, ...second.received].find(({ target }) =>
      target.startsWith('/protected-access'),
    )
    expect(seen?.values('x-auth-userid')).toEqual(['a-1'])
    // The other path has the auth service alone.
    expect((await get('/api/example-of-jwt')).status).toBe(403)
    expect((await get('/api/example-of-jwt', { headers: [basic('bob', 'x')] })).status).toBe(403)
    expect((await get('/api/example-of-jwt', { headers: [basic('alice', 'x')] })).status).toBe(200)
  })

  it('serves the same with TLS beside it', async () => {
    const answer = await fetch(`https://localhost:${securePort}/api/tls`, { tls: { ca: ca.ca } })
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/ \/tls$/)])
    const refused = await fetch(`https://localhost:${securePort}/api/protected-access`, {
      tls: { ca: ca.ca },
    })
    expect(refused.status).toBe(401)
  })

  it('takes over files that come, change and go while it runs, and none that is broken', async () => {
    const routeTo = (name: string, server: RawUpstream, more = ''): string =>
      `routes:\n  - { name: ${name}, path: /${name}, rewrite: /, destination: "${server.url}"${more} }\n`
    const put = (name: string, text: string): void => {
      writeFileSync(join(directory, `.${name}`), text)
      renameSync(join(directory, `.${name}`), join(directory, name))
    }
    const becomes = (target: string, wanted: string | number) =>
      waitFor(`${target} to be ${wanted}`, async () => {
        const { status, body } = await get(target)
        return status === wanted || body === wanted ? true : undefined
      })
    expect((await get('/more/x')).status).toBe(403)
    put('more.yml', routeTo('more', first))
    await becomes('/more/x', 'first /x')
    put(
      'more.yml',
      routeTo('more', second, ', middlewares: [closed]') +
        'middlewares:\n  - { name: closed, type: access, paths: [/admin/*] }\n',
    )
    await becomes('/more/x', 'second /x')
    expect((await get('/more/admin/x')).status).toBe(403)

    const count = (): number => warder.output().split('"result":"refused"').length
    const before = count()
    put('broken.yaml', routeTo('others', first, ', middlewares: [closde]'))
    await warder.ready('the refusal', () => count() > before || undefined)
    expect(warder.output()).toContain(`${join(directory, 'broken.yaml')}:2:`)
    expect(warder.output()).toContain('did you mean "closed"?')
    expect((await get('/others/x')).status).toBe(403)
    expect((await get('/more/x')).body).toBe('second /x')
    // Now it is noticed although it was no part of what is in force.
    put('broken.yaml', routeTo('others', first, ', middlewares: [closed]'))
    await becomes('/others/x', 'first /x')

    rmSync(join(directory, 'broken.yaml'))
    await becomes('/others/x', 403)
    expect((await get('/more/admin/x')).status).toBe(403)
  })
})
