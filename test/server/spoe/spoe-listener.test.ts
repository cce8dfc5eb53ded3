/** SPOP through the real listener: a good question is decided, and nothing else is ever an allow. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createCleanup } from '../../support/live/cleanup.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { mint } from '../../support/mint.ts'
import { CONFIG, loadOrThrow, runService, type RunningService } from '../../support/run-service.ts'
import {
  argumentsOf,
  frame,
  headersOf,
  hello,
  message,
  notify,
  openGreeted,
  openPeer,
  VALUE,
  type AgentFrame,
  type SpopPeer,
} from '../../support/spop-peer.ts'

const cleanup = createCleanup()
const WITH_SPOE = CONFIG.replace('listen: {', 'listen: { spoe: 127.0.0.1:0,')
const portOf = ({ service }: RunningService): number => Number(service.addresses.at(-1)?.split(':').at(-1))
const READ = mint({ scope: 'orders:read' })
const bearer = (token: string) => ['authorization', `Bearer ${token}`] as const
const GOOD = argumentsOf([bearer(READ)])

let running: RunningService
let port: number
let peer: SpopPeer

async function start(config: string): Promise<RunningService> {
  const service = await runService(config)
  cleanup.add(() => service.service.stop(0))
  return service
}

beforeAll(async () => {
  running = await start(WITH_SPOE)
  port = portOf(running)
  peer = await openGreeted(port, cleanup)
})
afterAll(() => cleanup.run())

const isAllow = (answer: AgentFrame | undefined): boolean =>
  answer?.type === 103 && answer.values['allowed'] === true

describe('a question', () => {
  const cases: readonly (readonly [string, Parameters<typeof argumentsOf>, number, string])[] = [
    ['with a good token', [[bearer(READ)]], 200, 'ok'],
    ['of a public path', [[], { path: VALUE.text('/healthz?x=1') }], 200, 'public'],
    ['without a token', [[]], 401, 'token_missing'],
    ['with two tokens', [[bearer(READ), bearer('x')]], 401, 'token_multiple'],
    [
      'with a token for another scope',
      [[bearer(READ)], { method: VALUE.text('POST') }],
      403,
      'scope_missing',
    ],
    ['of no route', [[bearer(READ)], { path: VALUE.text('/other') }], 403, 'no_route'],
    ['of dot segments', [[], { path: VALUE.text('/orders/../healthz') }], 403, 'path_ambiguous'],
    ['by a policy', [[bearer(READ)], { path: VALUE.text('/any'), policy: VALUE.text('read') }], 200, 'ok'],
    ['by a policy that denies', [[bearer(READ)], { policy: VALUE.text('write') }], 403, 'scope_missing'],
    ['from an unknown address', [[bearer(READ)], { src: VALUE.none }], 200, 'ok'],
    ['that names another path in a field', [[bearer(READ), ['x-forwarded-uri', '/x']]], 200, 'ok'],
  ]
  const [healthy, token] = [{ path: VALUE.text('/healthz') }, [bearer(READ)]] as const
  const faulty: readonly (readonly [string, Readonly<Record<string, Buffer | undefined>>])[] = [
    ['an unknown policy', { ...healthy, policy: VALUE.text('nobody') }],
    ['a policy that is not set', { ...healthy, policy: VALUE.none }],
    ['an unknown argument', { ...healthy, polcy: VALUE.text('write') }],
    ['a method with a space', { ...healthy, method: VALUE.text('GET, GET') }],
    ['a target that is no path', { path: VALUE.text('*') }],
    ['an absolute target', { path: VALUE.text('http://api.example.com/healthz') }],
    ['a space in the path', { path: VALUE.text('/healthz x') }],
    ['a host with a comma', { ...healthy, host: VALUE.text('a, b') }],
    ['another scheme', { ...healthy, scheme: VALUE.text('ftp') }],
    ['a boolean as scheme', { ...healthy, scheme: VALUE.isTrue }],
    ['text as headers', { ...healthy, headers: VALUE.text('a: b\r\n\r\n') }],
    ['headers without their end', { ...healthy, headers: VALUE.bytes(headersOf([]).subarray(1)) }],
    ['headers and more', { ...healthy, headers: VALUE.bytes(Buffer.alloc(3)) }],
    ['a line end in a field', { ...healthy, headers: VALUE.bytes(headersOf([['a', 'b\r\nc: d']])) }],
    ['a colon in a name', { ...healthy, headers: VALUE.bytes(headersOf([['a: b', 'c']])) }],
    [
      'a thousand and one fields',
      {
        ...healthy,
        headers: VALUE.bytes(headersOf(Array.from({ length: 1_001 }, () => ['a', ''] as const))),
      },
    ],
    ...['method', 'path', 'host', 'scheme', 'headers'].flatMap((name) => [
      [`no ${name}`, { ...healthy, [name]: undefined }] as const,
      [`${name} without a value`, { ...healthy, [name]: VALUE.none }] as const,
    ]),
  ]
  const all = [
    ...cases,
    ...faulty.map(([name, replaced]) => [`with ${name}`, [token, replaced], 403, 'origin_missing'] as const),
  ]
  for (const [name, [headers, replaced], status, reason] of all) {
    it(`${name} is answered with ${status} ${reason}`, async () => {
      peer.send(notify(argumentsOf(headers, replaced), { stream: 70_000, frame: 300 }))
      const answer = await peer.receive()
      expect(answer).toMatchObject({ type: 103, stream: 70_000, frame: 300, values: { status, reason } })
      expect(isAllow(answer)).toBe(status === 200)
      expect('allowed' in (answer?.values ?? {})).toBe(status === 200)
      expect(Object.keys(answer?.values ?? {}).some((one) => one.startsWith('header.'))).toBe(status === 200)
    })
  }

  it('is answered with the identity of its token, every header, and `allowed` as the last variable', async () => {
    peer.send(notify(argumentsOf([bearer(READ), ['x-auth-subject', 'mallory']])))
    const { values = {} } = (await peer.receive()) ?? {}
    expect(values).toMatchObject({ 'header.x_auth_subject': 'alice', 'header.x_auth_roles': '' })
    expect(Object.keys(values).at(-1)).toBe('allowed')
  })

  it('is denied with the challenge of the decision', async () => {
    peer.send(notify(argumentsOf([])))
    const { values = {} } = (await peer.receive()) ?? {}
    expect(Object.keys(values)).toEqual(['id', 'reason', 'status', 'challenge'])
    expect(values['challenge']).toBe('Bearer realm="warder"')
  })

  it('is logged with the address of the client, and the argument that is missing', async () => {
    const v6 = VALUE.ipv6('20010db8000000000000000000000001')
    peer.send(notify(argumentsOf([], { src: v6, host: undefined })))
    await peer.receive()
    const line = running.lines.findLast(({ reason }) => reason === 'origin_missing')
    expect(line).toMatchObject({ via: 'spoe', client: '2001:db8::1' })
    expect(String(line?.['detail'])).toContain('host')
  })

  const lists: readonly (readonly [string, Buffer])[] = [
    ['of two messages', Buffer.concat([message(GOOD), message(GOOD)])],
    ['of another message', message(GOOD, 'other')],
    ['with an argument twice', message([...GOOD, ['method', VALUE.text('GET')]])],
  ]
  for (const [name, payload] of lists) {
    it(`${name} is denied`, async () => {
      peer.send(frame({ type: 3, stream: 1, frame: 1, payload }))
      expect((await peer.receive())?.values).toMatchObject({ status: 403, reason: 'origin_missing' })
    })
  }
})

describe('a listener', () => {
  it('answers callers that are not trusted with a denial', async () => {
    const own = await start(`${WITH_SPOE}trusted_callers: [{ from: [192.0.2.0/24] }]\n`)
    const one = await openGreeted(portOf(own), cleanup)
    one.send(notify(GOOD))
    const answer = await one.receive()
    expect([isAllow(answer), answer?.values['reason']]).toEqual([false, 'caller_untrusted'])
  })

  it('decides by the new configuration after a reload, on the same connection', async () => {
    const own = await start(WITH_SPOE)
    const one = await openGreeted(portOf(own), cleanup)
    one.send(notify(GOOD))
    expect(isAllow(await one.receive())).toBe(true)
    await own.service.replace(await loadOrThrow(WITH_SPOE.replace('scope: orders:read', 'scope: other')))
    one.send(notify(GOOD))
    expect((await one.receive())?.values['reason']).toBe('scope_missing')
  })

  it('while it drains, ends a connection after its answers, and fails health checks', async () => {
    const own = await runService(WITH_SPOE)
    const [served, fresh] = [await openGreeted(portOf(own), cleanup), await openGreeted(portOf(own), cleanup)]
    served.send(notify(GOOD))
    expect(isAllow(await served.receive())).toBe(true)
    const stopped = own.service.stop(300)
    expect(await served.receive()).toMatchObject({ type: 102, values: { 'status-code': 0 } })
    const checker = await openPeer(portOf(own), cleanup)
    checker.send(hello({ healthcheck: VALUE.isTrue }))
    expect((await checker.receive())?.type).toBe(102)
    fresh.send(notify(GOOD))
    expect(isAllow(await fresh.receive())).toBe(true)
    expect((await fresh.receive())?.type).toBe(102)
    await stopped
  })
})

describe('arbitrary bytes', () => {
  const anyFrame = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => frame({ type: 3, payload: Buffer.from(bytes) })),
    fc.tuple(fc.nat(notify(GOOD).length - 1), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => {
      const bytes = notify(GOOD)
      bytes[at] = byte
      return bytes
    }),
    fc.uint8Array({ minLength: 1, maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  )

  it('of a question without a good token are never an allow, and stop nothing', async () => {
    const denied = argumentsOf([bearer('x')])
    const mutated = fc
      .tuple(fc.nat(notify(denied).length - 1), fc.integer({ min: 0, max: 255 }), anyFrame)
      .map(([at, byte, other]) => {
        const bytes = notify(denied)
        bytes[at] = byte
        return [bytes, other]
      })
    await fc.assert(
      fc.asyncProperty(mutated, async ([bytes = Buffer.alloc(0)]) => {
        const one = await openGreeted(port, cleanup)
        one.send(bytes)
        one.socket.end()
        for (let answer = await one.receive(); answer !== undefined; answer = await one.receive())
          expect(isAllow(answer)).toBe(false)
        one.socket.destroy()
      }),
      { numRuns: 150 },
    )
    await waitFor('a good answer', async () => {
      peer.send(notify(GOOD))
      return isAllow(await peer.receive()) ? true : undefined
    })
  })
})
