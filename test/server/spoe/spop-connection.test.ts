/** Connections that speak SPOP, from the handshake to the end: whatever is no good frame ends one. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { mint } from '../../support/mint.ts'
import { CONFIG, runService, type RunningService } from '../../support/run-service.ts'
import {
  argumentsOf,
  frame,
  hello,
  HELLO_ITEMS,
  items,
  message,
  notify,
  openGreeted,
  openPeer,
  text,
  VALUE,
  varint,
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

describe('the handshake', () => {
  const good: readonly (readonly [string, Readonly<Record<string, Buffer>>, object])[] = [
    ['of HAProxy 2.6', {}, { version: '2.0', 'max-frame-size': 16_380, capabilities: 'pipelining' }],
    ['without pipelining', { capabilities: VALUE.text('async') }, { capabilities: '' }],
    [
      'with a huge frame size',
      { 'max-frame-size': VALUE.number(100_000_000) },
      { 'max-frame-size': 1_048_576 },
    ],
    ['with other versions too', { 'supported-versions': VALUE.text('1.0, 2.0') }, { version: '2.0' }],
    ['with unknown items', { 'engine-id': VALUE.text('x'), other: VALUE.none }, { version: '2.0' }],
  ]
  for (const [name, more, expected] of good) {
    it(`${name} is answered`, async () => {
      const one = await openPeer(port, cleanup)
      one.send(hello(more))
      expect(await one.receive()).toMatchObject({ type: 101, stream: 0, frame: 0, values: expected })
    })
  }

  it('of a health check is answered, and the connection ends', async () => {
    const one = await openPeer(port, cleanup)
    one.send(hello({ healthcheck: VALUE.isTrue }))
    expect((await one.receive())?.type).toBe(101)
    expect(await one.receive()).toBeUndefined()
  })

  const { 'max-frame-size': size = VALUE.none, capabilities = VALUE.none, ...version } = HELLO_ITEMS
  const helloOf = (all: Readonly<Record<string, Buffer>>): Buffer => frame({ type: 1, payload: items(all) })
  const bad: readonly (readonly [string, Buffer, number])[] = [
    ['without versions', helloOf({ 'max-frame-size': size, capabilities }), 5],
    ['without a frame size', helloOf({ ...version, capabilities }), 6],
    ['without capabilities', helloOf({ ...version, 'max-frame-size': size }), 7],
    ['of version 1', hello({ 'supported-versions': VALUE.text('1.0') }), 8],
    ['with a frame size below 256', hello({ 'max-frame-size': VALUE.number(255) }), 9],
    [
      'with an item twice',
      frame({ type: 1, payload: Buffer.concat([items(HELLO_ITEMS), items(version)]) }),
      4,
    ],
    ['that is a question', notify(GOOD), 4],
    ['of HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 3],
  ]
  for (const [name, bytes, code] of bad) {
    it(`${name} ends with status ${code}`, async () => {
      const one = await openPeer(port, cleanup)
      one.send(bytes)
      expect(await one.receive()).toMatchObject({ type: 102, values: { 'status-code': code } })
      expect(await one.receive()).toBeUndefined()
    })
  }
})

describe('a connection', () => {
  const good = notify(GOOD)
  const broken: readonly (readonly [string, Buffer, number])[] = [
    ['a frame beyond the agreed size', frame({ type: 3, payload: Buffer.alloc(16_380) }), 3],
    ['a length of 4 GiB', frame({ type: 3, payload: Buffer.alloc(0), length: 0xffff_ffff }), 3],
    ['an empty frame', Buffer.alloc(4), 4],
    ['a first fragment', frame({ type: 3, flags: 0, payload: message(GOOD) }), 10],
    ['an aborted frame', frame({ type: 3, flags: 3, payload: message(GOOD) }), 10],
    ['a further fragment', frame({ type: 0, payload: Buffer.alloc(3) }), 10],
    ['a second hello', hello(), 4],
    ['a frame of an agent', frame({ type: 103, payload: Buffer.alloc(0) }), 4],
    ['a question without a message', frame({ type: 3, payload: Buffer.alloc(0) }), 4],
    ['a question that ends early', frame({ type: 3, payload: message(GOOD).subarray(0, -1) }), 4],
    ['a value of an unknown type', frame({ type: 3, payload: message([['x', Buffer.from([10])]]) }), 4],
    ['a text beyond the frame', frame({ type: 3, payload: Buffer.concat([varint(2 ** 40), text('x')]) }), 4],
    ['a number without end', frame({ type: 3, payload: Buffer.alloc(20, 0xff) }), 4],
  ]
  for (const [name, bytes, code] of broken) {
    it(`ends with status ${code} for ${name}, and the question before it has its answer`, async () => {
      const one = await openGreeted(port, cleanup)
      one.send(good, bytes, good)
      expect(isAllow(await one.receive())).toBe(true)
      expect(await one.receive()).toMatchObject({ type: 102, values: { 'status-code': code } })
      expect(await one.receive()).toBeUndefined()
      expect(JSON.stringify(running.lines.at(-1))).toContain('listen.spoe')
    })
  }

  it('that HAProxy ends is ended with status 0', async () => {
    const one = await openGreeted(port, cleanup)
    one.send(frame({ type: 2, payload: items({ 'status-code': VALUE.number(0), message: VALUE.text('x') }) }))
    expect(await one.receive()).toMatchObject({ type: 102, values: { 'status-code': 0 } })
    expect(await one.receive()).toBeUndefined()
  })

  it('reads frames that arrive byte by byte', async () => {
    const one = await openPeer(port, cleanup)
    one.socket.setNoDelay(true)
    for (const byte of Buffer.concat([hello(), good, good])) {
      one.socket.write(Buffer.from([byte]))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await one.receive())?.type).toBe(101)
    for (let i = 0; i < 2; i++) expect(isAllow(await one.receive())).toBe(true)
  })

  it('answers a thousand questions that were sent at once, each once', async () => {
    const one = await openGreeted(port, cleanup)
    const ids = Array.from({ length: 1_000 }, (_, i) => i)
    one.send(...ids.map((i) => notify(i % 2 === 0 ? GOOD : argumentsOf([]), { stream: i })))
    for (const i of ids) {
      const answer = await one.receive()
      expect([answer?.stream, isAllow(answer)]).toEqual([i, i % 2 === 0])
    }
  })

  it('answers with a denial when an allow does not fit into a frame', async () => {
    // The identity header has six bytes for two of the token.
    const args = argumentsOf([bearer(mint({ scope: 'orders:read', sub: 'ä'.repeat(250) }))])
    const one = await openPeer(port, cleanup)
    one.send(hello({ 'max-frame-size': VALUE.number(1_300) }))
    await one.receive()
    one.send(notify(args))
    const { values = {} } = (await one.receive()) ?? {}
    expect([values['allowed'], values['status'], values['reason']]).toEqual([
      undefined,
      503,
      'internal_error',
    ])
    const line = running.lines.findLast(({ reason }) => reason === 'internal_error')
    expect(String(line?.['detail'])).toContain('max-frame-size')
    peer.send(notify(args))
    expect(isAllow(await peer.receive())).toBe(true)
  })

  it('with a handshake and one without are closed when the listener stops', async () => {
    const own = await runService(WITH_SPOE)
    const idle = await openPeer(portOf(own), cleanup)
    const greeted = await openGreeted(portOf(own), cleanup)
    await own.service.stop(0)
    for (const one of [idle, greeted]) {
      expect(await one.receive()).toMatchObject({ type: 102, values: { 'status-code': 0 } })
      expect(await one.receive()).toBeUndefined()
    }
  })
})
