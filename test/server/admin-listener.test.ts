/** The admin listener of a running service: who gets in, and what attacks get. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'bun:test'
import { copyFileSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createCleanup } from '../support/live/cleanup.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { exchange, statusesOf } from '../support/raw-http.ts'
import { CONFIG, loadOrThrow, runService, type RunningService } from '../support/run-service.ts'
import { createTestCa, type IssuedCertificate, type TestCa } from '../support/test-ca.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const READ = 'the-token-that-may-read'
const TOKENS = `tokens: [{ name: reader, token: ${READ} }]`
const configOf = (members: string): string => `${CONFIG}admin: { ${members} }\n`

async function start(text: string): Promise<RunningService & { readonly port: number }> {
  const running = await runService(text)
  cleanup.add(() => running.service.stop(0))
  return { ...running, port: Number(running.admin.split(':').at(-1)) }
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

describe('tokens of the admin listener', () => {
  it('are needed for everything but what probes ask', async () => {
    const { admin, lines } = await start(configOf(TOKENS))
    const ask = async (path: string, init?: RequestInit): Promise<number> =>
      (await fetch(`${admin}${path}`, init)).status
    expect(await ask('/livez')).toBe(200)
    expect(await ask('/readyz')).toBe(200)
    expect(await ask('/readyz?verbose')).toBe(401)
    expect(await ask('/readyz?verbose', bearer(READ))).toBe(200)
    expect(await ask('/v1/keys')).toBe(401)
    expect(await ask('/v1/keys', bearer('wrong'))).toBe(401)
    expect(await ask('/v1/keys', bearer(READ))).toBe(200)
    const denied = lines.filter(({ event }) => event === 'admin_denied')
    expect(denied.map(({ reason, client }) => [reason, client])).toEqual([
      ['token_missing', '127.0.0.1'],
      ['token_missing', '127.0.0.1'],
      ['token_wrong', '127.0.0.1'],
    ])
  })

  it('are not accepted in the URL, in a cookie, or by another header', async () => {
    const { admin } = await start(configOf(TOKENS))
    for (const query of [`access_token=${READ}`, `token=${READ}`, `authorization=Bearer+${READ}`])
      expect((await fetch(`${admin}/v1/keys?${query}`)).status).toBe(401)
    for (const name of ['cookie', 'x-authorization', 'proxy-authorization', 'x-http-method-override'])
      expect((await fetch(`${admin}/v1/keys`, { headers: { [name]: `Bearer ${READ}` } })).status).toBe(401)
  })

  it('are those of the configuration in force', async () => {
    const { admin, service } = await start(configOf(TOKENS))
    const next = 'another-token-that-may-read'
    service.swap(await loadOrThrow(configOf(TOKENS.replace(READ, next))))
    expect((await fetch(`${admin}/v1/keys`, bearer(READ))).status).toBe(401)
    expect((await fetch(`${admin}/v1/keys`, bearer(next))).status).toBe(200)
  })
})

describe('the unix socket of the admin listener', () => {
  it('is for the user of the process alone', async () => {
    const path = join(createTempDir(cleanup), 'admin.sock')
    await start(CONFIG.replace('admin: 127.0.0.1:0', `admin: "unix:${path}"`)).catch(() => undefined)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect((await fetch('http://any/v1/keys', { unix: path })).status).toBe(200)
  })
})

describe('TLS of the admin listener', () => {
  let ca: TestCa
  let other: TestCa
  let own: IssuedCertificate
  let operator: IssuedCertificate
  let stranger: IssuedCertificate
  beforeAll(() => {
    ca = createTestCa()
    other = createTestCa()
    own = ca.issue('127.0.0.1', 'localhost')
    operator = ca.issue('operator.internal')
    stranger = other.issue('operator.internal')
  })
  afterAll(() => {
    ca.remove()
    other.remove()
  })

  /** With curl: status, or `no answer`. */
  async function curl(port: number, path: string, ...more: readonly string[]): Promise<string> {
    const args = ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '--cacert', ca.caFile, ...more]
    const child = Bun.spawn(['curl', ...args, `https://127.0.0.1:${port}${path}`], { stderr: 'ignore' })
    const text = await new Response(child.stdout).text()
    return (await child.exited) === 0 ? text : 'no answer'
  }

  const identity = ({ certFile, keyFile }: IssuedCertificate): readonly string[] => [
    '--cert',
    certFile,
    '--key',
    keyFile,
  ]

  const tls = (more = ''): string => `tls: { cert_file: ${own.certFile}, key_file: ${own.keyFile}${more} }`

  it('answers over TLS with HTTP/1.1 and HTTP/2, and nothing over plain HTTP', async () => {
    const { port } = await start(configOf(`${TOKENS}, ${tls()}`))
    for (const version of ['--http1.1', '--http2']) {
      expect(await curl(port, '/v1/keys', version)).toBe('401')
      expect(await curl(port, '/v1/keys', version, '-H', `Authorization: Bearer ${READ}`)).toBe('200')
      expect(await curl(port, '/livez', version, '-H', 'Host: evil.example')).toBe('421')
      expect(await curl(port, '/livez', version, '-H', `Origin: https://127.0.0.1:${port}`)).toBe('200')
      expect(await curl(port, '/livez', version, '-H', `Origin: http://127.0.0.1:${port}`)).toBe('403')
      expect(await curl(port, '/livez', version, '-X', 'POST')).toBe('405')
    }
    expect(await fetch(`http://127.0.0.1:${port}/livez`).catch(() => 'no answer')).toBe('no answer')
  })

  it('gives the right of `client_certificates` to who shows a certificate of the authority', async () => {
    const trusted = tls(`, client_ca_file: ${ca.caFile}`)
    const { port } = await start(configOf(`${trusted}, client_certificates: read`))
    expect(await curl(port, '/v1/keys', ...identity(operator))).toBe('200')
    expect(await curl(port, '/v1/keys')).toBe('no answer')
    expect(await curl(port, '/livez')).toBe('no answer')
    expect(await curl(port, '/v1/keys', ...identity(stranger))).toBe('no answer')
  })

  it('takes a certificate for no more than that: without `client_certificates`, a token is needed', async () => {
    const trusted = tls(`, client_ca_file: ${ca.caFile}`)
    const { port } = await start(configOf(`${trusted}, ${TOKENS}`))
    expect(await curl(port, '/v1/keys', ...identity(operator))).toBe('401')
    const token = ['-H', `Authorization: Bearer ${READ}`]
    expect(await curl(port, '/v1/keys', ...identity(operator), ...token)).toBe('200')
    expect(await curl(port, '/v1/keys', ...token)).toBe('no answer')
  })

  it('shows the certificate of the configuration in force', async () => {
    const files = createTempDir(cleanup)
    const [certFile, keyFile] = [join(files, 'a.pem'), join(files, 'a.key')]
    const copy = (from: IssuedCertificate): void => {
      copyFileSync(from.certFile, certFile)
      copyFileSync(from.keyFile, keyFile)
    }
    copy(own)
    const text = configOf(`${TOKENS}, tls: { cert_file: ${certFile}, key_file: ${keyFile} }`)
    const { port, service } = await start(text)
    expect(await curl(port, '/livez')).toBe('200')
    copy(other.issue('127.0.0.1'))
    service.swap(await loadOrThrow(text))
    expect(await curl(port, '/livez')).toBe('no answer')
    expect(await curl(port, '/livez', '--cacert', other.caFile)).toBe('200')
  })
})

/** Meanwhile the listener has many turns to read on. */
async function askOften(port: number): Promise<false> {
  for (let i = 0; i < 50; i++) await fetch(`http://127.0.0.1:${port}/livez`)
  return false
}

describe('attacks on the admin listener', () => {
  const whole = (text: string): boolean => text.includes('\r\n\r\n')
  const status = async (port: number, request: string): Promise<readonly number[]> =>
    statusesOf((await exchange(port, request, whole)).text)

  const PATHS = [
    '/v1/../v1/keys',
    '//v1/keys',
    '/v1//keys',
    '/./v1/keys',
    '/v1/keys/',
    '/v1%2fkeys',
    '/%761/keys',
    '/V1/keys',
    '/v1/keys;a=b',
    '/livez/../v1/keys',
    '/v1\\keys',
  ]
  for (const path of PATHS)
    it(`has no other spelling of a path: ${path}`, async () => {
      const { port } = await start(CONFIG)
      expect(await status(port, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)).toEqual([404])
    })

  const REQUESTS: readonly (readonly [what: string, request: string, status: number])[] = [
    ['an absolute target', 'GET http://127.0.0.1/livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 400],
    ['a target with a line end', 'GET /livez\rX: y HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 400],
    ['two lengths', 'POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    [
      'a length beside chunks',
      'POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    [
      'another method in a header',
      'GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-HTTP-Method-Override: POST\r\n\r\n',
      200,
    ],
    ['TRACE', 'TRACE /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 405],
    ['CONNECT', 'CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 405],
    ['a preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  ]
  for (const [what, request, expected] of REQUESTS)
    it(`answers ${expected} to ${what}`, async () => {
      const { port } = await start(CONFIG)
      expect(await status(port, request)).toEqual([expected])
    })

  it('answers a client that pipelines in order, and reads on only when it reads', async () => {
    const { port } = await start(CONFIG)
    const request = 'GET /readyz?verbose HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    cleanup.add(() => void socket.destroy())
    socket.pause()
    await new Promise((resolve) => socket.once('connect', resolve))
    // 100 MB of requests, no answer of which is read: the sender is stopped when the buffers of the system are full.
    const block = Buffer.from(request.repeat(1_000))
    let sent = 0
    for (; sent < 2_000; sent++) {
      if (socket.write(block)) continue
      const drained = new Promise<boolean>((resolve) => socket.once('drain', () => resolve(true)))
      if (!(await Promise.race([drained, askOften(port)]))) break
    }
    expect(sent).toBeLessThan(1_000)
  })

  it('sends events to 64 clients at most, and goes on answering whoever else asks', async () => {
    const { port } = await start(CONFIG)
    const request = 'GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
    const statuses = await Promise.all(
      Array.from({ length: 900 }, async () => {
        const socket = connect(port, '127.0.0.1', () => socket.write(request))
        cleanup.add(() => void socket.destroy())
        socket.on('error', () => undefined)
        return new Promise<number>((resolve) => {
          socket.once('data', (head) => resolve(Number(head.toString('latin1').split(' ')[1])))
        })
      }),
    )
    expect(statuses.filter((one) => one === 200)).toHaveLength(64)
    expect(statuses.filter((one) => one === 503)).toHaveLength(900 - 64)
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200)
  })

  it('gives nothing to a page whose name resolves to this machine, nor to a form of another site', async () => {
    const { port } = await start(CONFIG)
    const curl = async (...args: readonly string[]): Promise<string> => {
      const command = ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', ...args]
      return new Response(Bun.spawn(command).stdout).text()
    }
    const rebound = ['--resolve', `evil.example:${port}:127.0.0.1`]
    for (const path of [
      '/',
      '/console.js',
      '/v1/status',
      '/v1/events',
      '/metrics',
      '/openapi.json',
      '/livez',
    ])
      expect([path, await curl('-m', '5', ...rebound, `http://evil.example:${port}${path}`)]).toEqual([
        path,
        '421',
      ])
    const form = ['-X', 'POST', '-H', 'Origin: https://evil.example', '-d', 'a=b']
    for (const path of ['/v1/reload', '/v1/keys/refresh', '/v1/explain'])
      expect([path, await curl(...form, `http://127.0.0.1:${port}${path}`)]).toEqual([path, '403'])
    // A program that sends a form, without an origin.
    expect(await curl('-d', 'a=b', `http://127.0.0.1:${port}/v1/explain`)).toBe('415')
    expect(await curl('-d', 'a=b', `http://127.0.0.1:${port}/v1/reload`)).toBe('400')
  })

  it('ends events when a reload takes the right to read them away', async () => {
    const { admin, service } = await start(configOf(TOKENS))
    const events = await fetch(`${admin}/v1/events`, bearer(READ))
    expect(events.status).toBe(200)
    service.swap(await loadOrThrow(configOf(TOKENS.replace(READ, 'another-token-that-may-read'))))
    // Ends instead of going on for ever.
    expect(typeof (await events.text())).toBe('string')
  })

  it('keeps answering while a thousand clients send their heads byte by byte', async () => {
    const { port, lines } = await start(CONFIG)
    const slow = await Promise.all(
      Array.from({ length: 1_100 }, () => {
        const socket = connect(port, '127.0.0.1', () => socket.write('GET /livez HTT'))
        socket.on('error', () => undefined)
        return new Promise<typeof socket>((resolve) => socket.once('connect', () => resolve(socket)))
      }),
    )
    cleanup.add(() => slow.forEach((socket) => void socket.destroy()))
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200)
    expect(lines.some(({ event, listener }) => event === 'connections_full' && listener === 'admin')).toBe(
      true,
    )
  })
})
