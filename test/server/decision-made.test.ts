/** Who asked, as the log has it: the address that a trusted caller reports, and none that a client may have written. */
import { afterAll, describe, expect, it } from 'bun:test'
import type { IncomingHttpHeaders } from 'node:http2'
import { believed, DecisionMade } from '../../src/server/decision-made.ts'
import { checkRequest } from '../support/check-messages.ts'
import { callBytes, CHECK, framed } from '../support/grpc-call.ts'
import { h2cSession } from '../support/http2-client.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { CONFIG, runService, type RunningService } from '../support/run-service.ts'
import { argumentsOf, notify, openGreeted, VALUE } from '../support/spop-peer.ts'

const cleanup = createCleanup()
afterAll(() => cleanup.run())

const SECRET = 'a secret of the callers'
const ORIGIN = {
  nginx: { 'x-original-method': 'GET', 'x-original-url': 'https://api.example.com/orders/1' },
  forward: {
    'x-forwarded-method': 'GET',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'api.example.com',
    'x-forwarded-uri': '/orders/1',
  },
  envoy: { 'x-forwarded-proto': 'https' },
}
type Fields = Readonly<Record<string, string>>

async function start(more = '', listeners = ''): Promise<RunningService> {
  const running = await runService(`${CONFIG.replace('listen: {', `listen: { ${listeners}`)}${more}`)
  cleanup.add(() => running.service.stop(0))
  return running
}

async function clientOf(running: RunningService, path: string, headers: Fields): Promise<unknown> {
  const before = running.lines.length
  const { status } = await fetch(`${running.decisions}${path}`, { headers })
  expect(status).toBeGreaterThan(400)
  const line = running.lines.slice(before).find(({ event }) => event === 'decision')
  expect(line).toBeDefined()
  return line?.['client']
}

describe('the client in the log', () => {
  const running = start(`endpoints:
  - { path: /auth, dialect: jwtauthrequest, policy: read }
  - { path: /named, dialect: jwtauthrequest, policy: read, client_header: X-Client }
`)
  const ENVOY = '/v1/auth/envoy/orders/1'
  const cases: readonly (readonly [
    what: string,
    path: string,
    fields: Fields,
    client: string | undefined,
  ])[] = [
    ['of nginx', '/v1/auth/nginx', { ...ORIGIN.nginx, 'x-forwarded-for': '192.0.2.7' }, '192.0.2.7'],
    [
      'of nginx, by a policy',
      '/v1/auth/nginx/read',
      { ...ORIGIN.nginx, 'x-forwarded-for': '192.0.2.7' },
      '192.0.2.7',
    ],
    [
      'of nginx with $proxy_add_x_forwarded_for',
      '/v1/auth/nginx',
      { ...ORIGIN.nginx, 'x-forwarded-for': '6.6.6.6, 192.0.2.7' },
      '192.0.2.7',
    ],
    ['of nginx with a text of an earlier version', '/v1/auth/nginx', ORIGIN.nginx, undefined],
    [
      'of nginx on a unix socket',
      '/v1/auth/nginx',
      { ...ORIGIN.nginx, 'x-forwarded-for': 'unix:' },
      undefined,
    ],
    [
      'of nginx when the request cannot be read',
      '/v1/auth/nginx',
      { 'x-forwarded-for': '192.0.2.7' },
      '192.0.2.7',
    ],
    [
      'of forward auth',
      '/v1/auth/forward',
      { ...ORIGIN.forward, 'x-forwarded-for': '6.6.6.6, 2001:DB8:0::1' },
      '2001:db8::1',
    ],
    [
      'of forward auth in other fields',
      '/v1/auth/forward',
      {
        ...ORIGIN.forward,
        'x-real-ip': '6.6.6.6',
        forwarded: 'for=6.6.6.6',
        'x-envoy-external-address': '6.6.6.6',
      },
      undefined,
    ],
    [
      'that is no address',
      '/v1/auth/forward',
      { ...ORIGIN.forward, 'x-forwarded-for': '6.6.6.6, <script>alert(1)</script>' },
      undefined,
    ],
    [
      'of 10 KB',
      '/v1/auth/forward',
      { ...ORIGIN.forward, 'x-forwarded-for': `6.6.6.6, ${'1'.repeat(10_240)}` },
      undefined,
    ],
    ['of Envoy', ENVOY, { ...ORIGIN.envoy, 'x-envoy-external-address': '192.0.2.7' }, '192.0.2.7'],
    [
      'of Envoy, twice',
      ENVOY,
      { ...ORIGIN.envoy, 'x-envoy-external-address': '6.6.6.6,192.0.2.7' },
      undefined,
    ],
    [
      "of Envoy, whose questions end with Envoy's address",
      ENVOY,
      { ...ORIGIN.envoy, 'x-forwarded-for': '192.0.2.7' },
      undefined,
    ],
    ['of a token alone', '/v1/auth/token', { 'x-forwarded-for': '192.0.2.7' }, '192.0.2.7'],
    ['of a program that asks about a token alone', '/v1/auth/token', {}, undefined],
    [
      'of jwtauthrequest, whose texts overwrite nothing',
      '/auth',
      { 'x-forwarded-for': '6.6.6.6' },
      undefined,
    ],
    [
      'of jwtauthrequest, in the header of the configuration',
      '/named',
      { 'x-forwarded-for': '6.6.6.6', 'x-client': '6.6.6.6, 192.0.2.7' },
      '192.0.2.7',
    ],
  ]
  for (const [what, path, fields, client] of cases)
    it(`${what} is ${client}`, async () => {
      expect(await clientOf(await running, path, fields)).toBe(client)
    })

  it('is nobody if the caller is not among `trusted_callers`', async () => {
    const strict = await start(`trusted_callers: [{ secret: ${SECRET} }]\n`)
    const fields = { ...ORIGIN.nginx, 'x-forwarded-for': '192.0.2.7' }
    expect(await clientOf(strict, '/v1/auth/nginx', fields)).toBeUndefined()
    const known = { ...fields, 'x-warder-secret': SECRET }
    expect(await clientOf(strict, '/v1/auth/nginx', known)).toBe('192.0.2.7')
  })

  it('is what Envoy names as the source, by gRPC', async () => {
    const grpc = await start('', 'grpc: 127.0.0.1:0, ')
    const port = Number(grpc.service.addresses.at(-1)?.split(':').at(-1))
    const session = await h2cSession(port, cleanup)
    const check = async (clientAddress: string, headers: IncomingHttpHeaders = {}): Promise<unknown> => {
      const message = checkRequest({
        clientAddress,
        headers: [
          ['x-forwarded-for', '6.6.6.6'],
          ['x-envoy-external-address', '6.6.6.6'],
        ],
      })
      await callBytes(session, CHECK, framed(message), headers as Fields)
      return grpc.lines.findLast(({ event }) => event === 'decision')?.['client']
    }
    expect(await check('192.0.2.7')).toBe('192.0.2.7')
    expect(await check('2001:DB8::0001')).toBe('2001:db8::1')
    expect(await check('::ffff:192.0.2.7')).toBe('192.0.2.7')
    // Envoy's own word in the metadata goes first; the fields of the client are in the message.
    expect(await check('192.0.2.1', { 'x-envoy-external-address': '192.0.2.7' })).toBe('192.0.2.7')
    expect(
      await check('192.0.2.7', { 'x-envoy-external-address': 'unknown', 'x-forwarded-for': '6.6.6.6' }),
    ).toBe('192.0.2.7')
    for (const other of ['', '/run/pipe', '<b>', '1'.repeat(10_240)])
      expect(await check(other)).toBeUndefined()
  })

  it('is the argument `src`, by SPOE', async () => {
    const spoe = await start('', 'spoe: 127.0.0.1:0, ')
    const peer = await openGreeted(Number(spoe.service.addresses.at(-1)?.split(':').at(-1)), cleanup)
    const judge = async (src: Buffer | undefined): Promise<unknown> => {
      peer.send(notify(argumentsOf([['x-forwarded-for', '6.6.6.6']], { src })))
      await peer.receive()
      return spoe.lines.findLast(({ event }) => event === 'decision')?.['client']
    }
    expect(await judge(VALUE.ipv4(192, 0, 2, 7))).toBe('192.0.2.7')
    expect(await judge(VALUE.ipv6('20010db8000000000000000000000001'))).toBe('2001:db8::1')
    expect(await judge(VALUE.ipv6('00000000000000000000ffffc0000207'))).toBe('192.0.2.7')
    for (const other of [undefined, VALUE.none, VALUE.text('6.6.6.6')])
      expect(await judge(other)).toBeUndefined()
  })
})

describe('a caller', () => {
  const peers: readonly (readonly [peer: string, isBelieved: boolean])[] = [
    ['', true],
    ['127.0.0.1', true],
    ['127.8.9.10', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['10.0.0.1', false],
    ['192.0.2.127', false],
    ['::2', false],
    ['fe80::1%eth0', false],
    ['::ffff:10.0.0.1', false],
  ]
  for (const [peer, isBelieved] of peers)
    it(`at ${peer || 'a unix socket'} is ${isBelieved ? '' : 'not '}believed without trusted_callers`, () => {
      const read = (): string => '192.0.2.7'
      expect(believed(false, read)(undefined, peer)).toBe(isBelieved ? '192.0.2.7' : undefined)
      expect(believed(true, read)(undefined, peer)).toBe('192.0.2.7')
    })
})

describe('a decision', () => {
  it('reads the address of the client when it is asked for, and once', () => {
    let reads = 0
    const facts = { status: 200, request: undefined, via: 'nginx', durationMs: 1 }
    const decision = {
      outcome: 'allow',
      reason: 'ok',
      id: 'x',
      identity: [],
    } as unknown as DecisionMade<string>['decision']
    const made = new DecisionMade({ ...facts, decision }, '192.0.2.7', '', (arrived) => {
      reads++
      return arrived
    })
    expect(reads).toBe(0)
    for (let i = 0; i < 3; i++) expect(made.clientAddress).toBe('192.0.2.7')
    expect(reads).toBe(1)
  })
})
