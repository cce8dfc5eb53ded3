/** Check calls through the real listener: a good one is decided, and nothing else is ever an allow. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { ClientHttp2Session } from 'node:http2'
import fc from 'fast-check'
import { checkRequest, encode, readCheckResponse, type CheckText } from '../../support/check-messages.ts'
import { callBytes, CHECK, framed, type GrpcResult } from '../../support/grpc-call.ts'
import { h2cSession } from '../../support/http2-client.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { ask } from '../../support/live/raw-client.ts'
import { mint } from '../../support/mint.ts'
import { CONFIG, runService, type RunningService } from '../../support/run-service.ts'

const cleanup = createCleanup()
let running: RunningService
let port: number
let session: ClientHttp2Session

const WITH_GRPC = CONFIG.replace('listen: {', 'listen: { grpc: 127.0.0.1:0,')
const portOf = ({ service }: RunningService): number => Number(service.addresses.at(-1)?.split(':').at(-1))

async function start(text: string): Promise<RunningService> {
  const service = await runService(text)
  cleanup.add(() => service.service.stop(0))
  return service
}

beforeAll(async () => {
  running = await start(WITH_GRPC)
  port = portOf(running)
  session = await h2cSession(port, cleanup)
})
afterAll(() => cleanup.run())

const READ = mint({ scope: 'orders:read' })
const bearer = (token: string) => ['authorization', `Bearer ${token}`] as const

async function check(text: CheckText, headers: Readonly<Record<string, string>> = {}) {
  const { status, body } = await callBytes(session, CHECK, framed(checkRequest(text)), headers)
  if (status !== '0' || body === undefined) throw new Error(`no answer: ${status}`)
  return readCheckResponse(body)
}

/** Whether a caller could take this for an allow. */
function isAllow({ status, body, answer }: GrpcResult): boolean {
  if (status !== '0' || answer.status !== 200 || body === undefined) return false
  const { code } = readCheckResponse(body)
  return code === undefined || code === 0
}

describe('a Check', () => {
  const cases: readonly (readonly [string, CheckText, number, string])[] = [
    ['with a good token', { headers: [bearer(READ)] }, 0, ''],
    ['with a good token in header_map', { rawHeaders: [bearer(READ)] }, 0, ''],
    ['of a public path', { path: '/healthz?x=1' }, 0, ''],
    ['without a token', {}, 16, 'token_missing'],
    ['with a token for another scope', { method: 'POST', headers: [bearer(READ)] }, 7, 'scope_missing'],
    [
      'with two tokens that Envoy has joined',
      { headers: [['authorization', `Bearer ${READ},Bearer x`]] },
      16,
      'token_multiple',
    ],
    ['with two tokens in header_map', { rawHeaders: [bearer(READ), bearer('x')] }, 16, 'token_multiple'],
    ['of no route', { path: '/other', headers: [bearer(READ)] }, 7, 'no_route'],
    ['of dot segments', { path: '/orders/../healthz' }, 7, 'path_ambiguous'],
    ['of an empty segment', { path: '//healthz' }, 7, 'path_ambiguous'],
    ['of an encoded slash', { path: '/orders/..%2fhealthz' }, 7, 'path_ambiguous'],
    ['of bytes above ASCII in the path', { path: '/healthz/\u00e9' }, 7, 'path_ambiguous'],
    ['of OPTIONS *', { method: 'OPTIONS', path: '*' }, 7, 'origin_missing'],
    ['of a method in lower case', { method: 'get', headers: [bearer(READ)] }, 7, 'method_refused'],
    ['of TRACE', { method: 'TRACE', headers: [bearer(READ)] }, 7, 'method_refused'],
    [
      'by a policy',
      { path: '/any', method: 'POST', headers: [bearer(READ)], extensions: [['policy', 'read']] },
      0,
      '',
    ],
    [
      'by a policy that denies',
      { headers: [bearer(READ)], extensions: [['policy', 'write']] },
      7,
      'scope_missing',
    ],
    ['by an unknown policy', { path: '/healthz', extensions: [['policy', 'nobody']] }, 7, 'origin_missing'],
    ['without an HTTP request', { hasNoHttp: true }, 7, 'origin_missing'],
    [
      'of a method in X-Forwarded-Method, which is not read',
      { headers: [bearer(READ), ['x-forwarded-uri', '/healthz']] },
      0,
      '',
    ],
  ]
  for (const [name, text, code, reason] of cases) {
    it(`${name} is answered with code ${code}`, async () => {
      const answer = await check(text)
      expect([answer.code, answer.message]).toEqual([code, reason])
      expect(answer.ok === undefined).toBe(code !== 0)
      expect(answer.denied === undefined).toBe(code === 0)
    })
  }

  it('has the identity of its token, and removes that of the client', async () => {
    const spoofed = [
      ['x-auth-subject', 'mallory'],
      ['x_auth_roles', 'admin'],
      ['x-http-method-override', 'DELETE'],
    ] as const
    const { ok } = await check({ headers: [bearer(READ), ...spoofed] })
    expect(ok?.headers).toContain('x-auth-subject: alice (2)')
    expect(ok?.remove).toEqual(['x-auth-roles', 'x_auth_roles', 'x-http-method-override'])
  })

  it('is logged with the address of the client, and the field that is missing', async () => {
    await check({ hasNoHttp: true, clientAddress: '192.0.2.99' })
    const line = running.lines.findLast(({ reason }) => reason === 'origin_missing')
    expect(line).toMatchObject({ via: 'envoy-grpc', client: '192.0.2.99', level: 'warn' })
    expect(String(line?.['detail'])).toContain('attributes.request.http is missing')
  })

  it('is answered in parallel on one connection', async () => {
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, i) => check(i % 2 === 0 ? { headers: [bearer(READ)] } : {})),
    )
    expect(answers.map(({ code }) => code)).toEqual(
      Array.from({ length: 300 }, (_, i) => (i % 2 === 0 ? 0 : 16)),
    )
  })
})

describe('a call that is no good Check', () => {
  const good = checkRequest({ headers: [bearer(READ)] })
  type Headers = Readonly<Record<string, string>>
  const faults: readonly (readonly [string, Uint8Array, Headers, string | undefined, string])[] = [
    ['a compressed message', framed(good, 1), { 'grpc-encoding': 'gzip' }, '12', 'compressed'],
    ['an unknown flag', framed(good, 2), {}, '3', 'length prefix'],
    ['a length that is too short', framed(good, 0, good.length - 1), {}, '3', 'length prefix'],
    ['a length that is too long', framed(good, 0, good.length + 1), {}, '3', 'length prefix'],
    ['two messages', Buffer.concat([framed(good), framed(good)]), {}, '3', 'length prefix'],
    ['no message', Buffer.alloc(0), {}, '3', 'length prefix'],
    ['a prefix that is cut short', framed(good).subarray(0, 3), {}, '3', 'length prefix'],
    ['another content-type', framed(good), { 'content-type': 'application/json' }, '3', 'content-type'],
    ['gRPC-Web', framed(good), { 'content-type': 'application/grpc-web+proto' }, '3', 'content-type'],
    ['no content-type', framed(good), { 'content-type': '' }, '3', 'content-type'],
    ['PUT', framed(good), { ':method': 'PUT' }, '3', 'POST'],
    ['no te: trailers', framed(good), { te: '' }, '3', 'te: trailers'],
    [
      'version 2 of the method',
      framed(good),
      { ':path': '/envoy.service.auth.v2.Authorization/Check' },
      '12',
      'transport_api_version: V3',
    ],
    ['the method in lower case', framed(good), { ':path': CHECK.toLowerCase() }, '12', 'unknown method'],
    ['a path of HTTP', framed(good), { ':path': '/v1/auth/token' }, '12', 'unknown method'],
    ['a query', framed(good), { ':path': `${CHECK}?x` }, '0', ''],
  ]
  for (const [name, bytes, headers, status, message] of faults) {
    it(`ends with a status that says what to change: ${name}`, async () => {
      const result = await callBytes(session, CHECK, bytes, headers)
      expect([result.status, result.message.includes(message)]).toEqual([status, true])
      if (status !== '0') expect([isAllow(result), result.body]).toEqual([false, undefined])
    })
  }

  const denials: readonly (readonly [string, Uint8Array])[] = [
    ['a message that is not one', framed(Buffer.from('hello'))],
    ['an empty message', framed(Buffer.alloc(0))],
    ['a message of more than 1 MiB', framed(Buffer.alloc(1024 ** 2 + 1))],
    [
      'a good message behind more than 1 MiB',
      framed(Buffer.concat([encode([[99, 'a'.repeat(1024 ** 2)]]), good])),
    ],
  ]
  for (const [name, bytes] of denials) {
    it(`is denied in a message, so that no setting of the caller lets it pass: ${name}`, async () => {
      const { status, body } = await callBytes(session, CHECK, bytes)
      const answer = readCheckResponse(body ?? Buffer.alloc(0))
      expect([status, answer.code, answer.message]).toEqual(['0', 7, 'origin_missing'])
    })
  }

  it('is never an allow, and never ends the listener, whatever its bytes are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.uint8Array({ maxLength: 200 }).map((bytes) => framed(bytes)),
          fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => {
            const changed = checkRequest({})
            changed[at % changed.length] = byte
            return framed(changed)
          }),
        ),
        async (bytes) => {
          expect(isAllow(await callBytes(session, CHECK, bytes))).toBe(false)
        },
      ),
      { numRuns: 500 },
    )
    expect((await check({ headers: [bearer(READ)] })).code).toBe(0)
  })

  for (const [name, request] of [
    ['without a body', { target: CHECK }],
    ['with a body', { method: 'POST', target: CHECK, body: 'x' }],
    ['for a decision', { target: '/v1/auth/token', headers: [['Authorization', `Bearer ${READ}`]] }],
  ] as const) {
    it(`is refused over HTTP/1.1 ${name}, with the line to add, and the connection ends`, async () => {
      const answer = await ask(port, request)
      expect([answer.status, answer.values('connection')]).toEqual([400, ['close']])
      expect(answer.body).toContain('http2_protocol_options')
      expect(running.lines.some(({ event }) => event === 'bad_request')).toBe(true)
    })
  }
})

describe('the listener', () => {
  it('is off unless it is set', async () => {
    const other = await start(CONFIG)
    expect(other.service.addresses).toHaveLength(2)
  })

  it('answers nobody but trusted_callers', async () => {
    const secret = 'a secret of the callers, long enough'
    const other = await start(`${WITH_GRPC}trusted_callers: [{ secret: "${secret}" }]\n`)
    const open = await h2cSession(portOf(other), cleanup)
    const codeFor = async (headers: Readonly<Record<string, string>>) => {
      const { body } = await callBytes(open, CHECK, framed(checkRequest({ path: '/healthz' })), headers)
      const { code, message } = readCheckResponse(body ?? Buffer.alloc(0))
      return [code, message]
    }
    expect(await codeFor({})).toEqual([7, 'caller_untrusted'])
    expect(await codeFor({ 'x-warder-secret': 'wrong' })).toEqual([7, 'caller_untrusted'])
    expect(await codeFor({ 'x-warder-secret': secret })).toEqual([0, ''])
  })

  it('does not wait for a message that never comes', async () => {
    const open = await h2cSession(port, cleanup)
    const stream = open.request({
      ':method': 'POST',
      ':path': CHECK,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    const status = new Promise((resolve) =>
      stream.once('response', (headers) => resolve(headers['grpc-status'])),
    )
    stream.write(framed(checkRequest({})).subarray(0, 20))
    expect(await status).toBe('4')
    stream.close()
  }, 20_000)

  it('forgets a call whose caller has left', async () => {
    const open = await h2cSession(port, cleanup)
    for (let i = 0; i < 50; i++) {
      const stream = open.request({
        ':method': 'POST',
        ':path': CHECK,
        'content-type': 'application/grpc',
        te: 'trailers',
      })
      stream.on('error', () => {})
      stream.write(framed(checkRequest({})).subarray(0, 20))
      stream.close()
    }
    const answered = await waitFor('an answer', async () => {
      const { status } = await callBytes(open, CHECK, framed(checkRequest({ path: '/healthz' })))
      return status
    })
    expect(answered).toBe('0')
  })
})
