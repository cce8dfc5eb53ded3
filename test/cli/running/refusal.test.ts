/** What every command that asks a running Warder says when it gets no answer, or another one. */
import { afterAll, beforeEach, describe, expect, it } from 'bun:test'
import { createServer } from 'node:net'
import { runService } from '../../support/run-service.ts'
import { createSandbox, SECRET } from '../fixtures.ts'
import { errorCodeOf, runWarder, type Ran } from '../run-warder.ts'
import { adminError, createFakeAdmin, type FakeAnswer } from './fake-admin.ts'

const sandbox = createSandbox()
const admin = createFakeAdmin()
const token = sandbox.write('token', '  a-token-of-the-tests-0123\n')
const STATUS = { schema: 'warder.status/v1', version: '9', isReady: true, issuers: [] }
beforeEach(() => {
  admin.answers.clear()
  admin.answers.set('GET /v1/status', { body: STATUS })
  admin.asked.length = 0
})
afterAll(async () => {
  sandbox.remove()
  await admin.stop()
})

const status = (...args: readonly string[]): Promise<Ran> => runWarder(['status', ...args])
const ask = (...args: readonly string[]): Promise<Ran> => status('--server', admin.url, ...args)

describe('a refusal of the admin listener', () => {
  const cases: readonly (readonly [
    string,
    FakeAnswer,
    args: readonly string[],
    number,
    string,
    says: RegExp,
  ])[] = [
    [
      '401 without a token',
      adminError(401, 'ERR_ADMIN_TOKEN', 'no'),
      [],
      2,
      'ERR_CLI_ADMIN_REFUSED',
      /--admin-token-file FILE/,
    ],
    [
      '401 with a token',
      adminError(401, 'ERR_ADMIN_TOKEN', 'no'),
      ['--admin-token-file', token],
      2,
      'ERR_CLI_ADMIN_REFUSED',
      /does not know the token in .*token/,
    ],
    [
      '403, whose message names the right',
      adminError(403, 'ERR_ADMIN_RIGHT', 'this needs the right "change"'),
      ['--admin-token-file', token],
      2,
      'ERR_CLI_ADMIN_REFUSED',
      /this needs the right "change"\n.*rights: change/,
    ],
    ['421', { status: 421, body: 'use an IP address\n' }, [], 2, 'ERR_CLI_ADMIN_REFUSED', /admin_hosts/],
    [
      '400',
      adminError(400, 'ERR_ADMIN_QUERY', 'no such reason', ['see X']),
      [],
      2,
      'ERR_CLI_USAGE',
      /no such reason\n {2}= see X/,
    ],
    [
      '404 of a service without the path',
      { status: 404, body: 'no such path\n' },
      [],
      6,
      'ERR_CLI_UNREACHABLE',
      /another version of Warder/,
    ],
    [
      '404 of a newer one',
      adminError(404, 'ERR_ADMIN_PATH', 'no such path'),
      [],
      6,
      'ERR_CLI_UNREACHABLE',
      /another version of Warder/,
    ],
    ['503', adminError(503, 'ERR_ADMIN_BUSY', 'busy', []), [], 6, 'ERR_CLI_UNREACHABLE', /busy/],
    [
      '409',
      adminError(409, 'ERR_ADMIN_UNAVAILABLE', 'it is starting'),
      [],
      6,
      'ERR_CLI_UNREACHABLE',
      /it is starting/,
    ],
    ['429', adminError(429, 'ERR_ADMIN_TOO_MANY', 'too many'), [], 6, 'ERR_CLI_UNREACHABLE', /too many/],
    [
      'an answer of another program',
      { body: '<html>' },
      [],
      6,
      'ERR_CLI_UNREACHABLE',
      /not that of a Warder/,
    ],
    [
      'another document',
      { body: { schema: 'warder.keys/v1' } },
      [],
      6,
      'ERR_CLI_UNREACHABLE',
      /not that of a Warder/,
    ],
    ['a redirect', { status: 302, body: '' }, [], 6, 'ERR_CLI_UNREACHABLE', /status 302/],
    [
      'JSON with two meanings',
      { body: '{"schema":"warder.status/v1","schema":"warder.status/v1"}' },
      [],
      6,
      'ERR_CLI_UNREACHABLE',
      /not that of a Warder/,
    ],
  ]
  for (const [name, answer, args, code, error, says] of cases)
    it(`with ${name} ends with ${code}, and says what to do`, async () => {
      admin.answers.set('GET /v1/status', answer)
      const ran = await ask(...args)
      expect([ran.code, errorCodeOf(ran), ran.stdout]).toEqual([code, error, ''])
      expect(ran.stderr).toMatch(says)
      expect(ran.stderr).toMatch(/\n {2}= /)
      expect(ran.stderr).not.toContain('a-token-of-the-tests')
    })

  it('cannot control the terminal, and cannot print a page', async () => {
    const hostile = `\u001b]0;owned\u0007\u202e${'x'.repeat(100_000)}\neyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl`
    for (const answer of [
      { status: 403, body: hostile },
      adminError(403, 'ERR_ADMIN_RIGHT', hostile, [hostile]),
      adminError(400, 'ERR_ADMIN_QUERY', hostile, [hostile]),
    ]) {
      admin.answers.set('GET /v1/status', answer)
      const { stderr } = await ask()
      expect(stderr).not.toMatch(/[\u001b\u0007\u202e]|eyJ/)
      expect(stderr.length).toBeLessThan(3_000)
    }
  })

  it('is the wrong listener if it is that for decisions', async () => {
    const running = await runService()
    const ran = await status('--server', running.decisions)
    await running.service.stop(0)
    expect([ran.code, errorCodeOf(ran)]).toEqual([6, 'ERR_CLI_UNREACHABLE'])
    expect(ran.stderr).toContain('the listener for decisions')
  })
})

describe('the admin token', () => {
  it('is sent from the file of the flag, or of the environment, without white space', async () => {
    await ask('--admin-token-file', token)
    expect(admin.authorization()).toBe('Bearer a-token-of-the-tests-0123')
    await runWarder(['status', '--server', admin.url], { env: { WARDER_ADMIN_TOKEN_FILE: token } })
    expect(admin.authorization()).toBe('Bearer a-token-of-the-tests-0123')
    await ask()
    expect(admin.authorization()).toBeNull()
  })

  const bad: readonly (readonly [string, string, string])[] = [
    ['empty', '\n', 'ERR_CLI_TOKEN_ABSENT'],
    ['two words', 'one two', 'ERR_CLI_USAGE'],
    ['a field of a head', 'one\r\nX: y', 'ERR_CLI_USAGE'],
  ]
  for (const [name, text, code] of bad)
    it(`is refused if its file holds ${name}, without repeating it`, async () => {
      const ran = await ask('--admin-token-file', sandbox.write('bad-token', text))
      expect([ran.code, errorCodeOf(ran), admin.asked]).toEqual([2, code, []])
      expect(ran.stderr).not.toContain('one')
    })

  it('is not sent through the proxy of the environment', async () => {
    const proxy = createFakeAdmin()
    const before = process.env['http_proxy']
    process.env['http_proxy'] = proxy.url
    const ran = await ask('--admin-token-file', token)
    if (before === undefined) delete process.env['http_proxy']
    else process.env['http_proxy'] = before
    await proxy.stop()
    expect([ran.code, proxy.asked]).toEqual([0, []])
  })
})

describe('the listener that is asked', () => {
  const port = Number(new URL(admin.url).port)
  const file = sandbox.write(
    'admin.yaml',
    `version: 1\nissuers: [{ name: a, issuer: https://a, audience: any, keys: { secret: ${SECRET} } }]\nlisten: { admin: "127.0.0.1:${port}" }\n`,
  )
  const dead = 'http://127.0.0.1:1'

  it('is that of --server, else of WARDER_SERVER, else of -c', async () => {
    const named = await runWarder(['status', '--server', admin.url, '-c', file], {
      env: { WARDER_SERVER: dead },
    })
    const fromEnv = await runWarder(['status', '-c', file], { env: { WARDER_SERVER: dead } })
    const fromFile = await status('-c', file)
    expect([named.code, fromEnv.code, fromFile.code]).toEqual([0, 6, 0])
    expect(fromEnv.stderr).toContain(dead)
  })

  const wrong: readonly (readonly [string, string])[] = [
    ['--server', 'ftp://a'],
    ['--server', '127.0.0.1:9181'],
    ['--server', 'http://127.0.0.1:9181/v1/status'],
    ['--server', 'http://user:pass@127.0.0.1:9181'],
    ['--server', 'unix:'],
  ]
  for (const [flag, text] of wrong)
    it(`is not ${text}`, async () => {
      const ran = await status(flag, text)
      expect([ran.code, errorCodeOf(ran)]).toEqual([2, 'ERR_CLI_USAGE'])
      expect(ran.stderr).not.toContain('pass@')
    })

  it('is called by its variable if that is wrong', async () => {
    const ran = await runWarder(['status'], { env: { WARDER_SERVER: 'nowhere' } })
    expect([ran.code, ran.stderr.includes('WARDER_SERVER: not an')]).toEqual([2, true])
  })

  it('may be a unix socket', async () => {
    const path = `${sandbox.path}/admin.sock`
    const server = Bun.serve({ unix: path, fetch: () => Response.json(STATUS) })
    const ran = await status('--server', `unix:${path}`)
    await server.stop(true)
    expect(ran.code).toBe(0)
    const gone = await status('--server', `unix:${path}`)
    expect([gone.code, gone.stderr.includes('no such socket')]).toEqual([6, true])
  })

  it('is reported if it closes the connection, or speaks no HTTP', async () => {
    for (const [says, expected] of [
      ['', /closed/],
      ['SSH-2.0-x\r\n', /not HTTP/],
    ] as const) {
      const server = createServer((socket) => socket.on('error', () => undefined).end(says))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as { readonly port: number }
      const ran = await status('--server', `http://127.0.0.1:${port}`)
      server.close()
      expect([ran.code, errorCodeOf(ran)]).toEqual([6, 'ERR_CLI_UNREACHABLE'])
      expect(ran.stderr).toMatch(expected)
    }
  })

  it('may answer without end, and is cut off', async () => {
    const server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: () =>
        new Response(
          new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) }),
        ),
    })
    const ran = await status('--server', `http://127.0.0.1:${server.port}`)
    await server.stop(true)
    expect([ran.code, ran.stderr.includes('longer than 32 MiB')]).toEqual([6, true])
  })
})
