import { afterEach, describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { createExpiringTunnel } from '../../../src/gateway/exchange/expiring-tunnel.ts'
import { closeFrame, createFrameTracker } from '../../../src/http/messages/websocket-frames.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { mint } from '../../support/mint.ts'
import { gatewayConfig, runGateway } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const GOODBYE = closeFrame(4401, 'token expired').toString('latin1')

/** A frame of a server. */
function frame(opcode: number, content: string): string {
  const { length } = content
  const head =
    length < 126
      ? [length]
      : length < 65_536
        ? [126, length >> 8, length & 255]
        : [127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255]
  return Buffer.from([0x80 | opcode, ...head]).toString('latin1') + content
}

const content = fc
  .tuple(fc.constantFrom('', 'a', GOODBYE, 'x'), fc.constantFrom(0, 1, 124, 126, 65_530, 70_000))
  .map(([start, size]) => start + 'y'.repeat(size))
const frames = fc.array(
  content.map((text) => frame(1, text)),
  { minLength: 1, maxLength: 4 },
)

describe('the frames of a server', () => {
  it('are followed to their ends wherever they are cut', () => {
    const check = (all: readonly string[], cuts: readonly number[]): void => {
      const text = all.join('')
      const ends = new Set<number>([0])
      for (const one of all) ends.add(Math.max(...ends) + one.length)
      const places = [...new Set([...cuts.map((cut) => cut % text.length), text.length])].toSorted(
        (a, b) => a - b,
      )
      const tracker = createFrameTracker()
      let from = 0
      for (const place of places) {
        tracker.follow(Buffer.from(text.slice(from, place), 'latin1'), false)
        expect(tracker.isBetweenFrames).toBe(ends.has(place))
        from = place
      }
    }
    fc.assert(fc.property(frames, fc.array(fc.nat(), { maxLength: 8 }), check), { numRuns: 500 })
  })
})

describe('a WebSocket whose token expires', () => {
  it('has its Close frame between two frames, and nothing behind it', () => {
    const check = (all: readonly string[], cut: number, isLate: boolean): void => {
      const text = all.join('')
      const at = cut % (text.length + 1)
      let sent = ''
      let ends = 0
      const tunnel = createExpiringTunnel(
        (bytes) => (sent += bytes.toString('latin1')),
        () => (ends += 1),
      )
      tunnel.fromServer(Buffer.from(text.slice(0, at), 'latin1'))
      tunnel.expire()
      tunnel.fromServer(Buffer.from(text.slice(at), 'latin1'))
      if (isLate) tunnel.expire()
      tunnel.fromServer(Buffer.from('late'))
      let whole = ''
      for (const one of all) if (whole.length < at) whole += one
      expect(sent).toBe(whole + GOODBYE)
      expect(ends).toBe(1)
    }
    fc.assert(fc.property(frames, fc.nat(), fc.boolean(), check), { numRuns: 500 })
  })

  it('has no second Close frame', () => {
    let sent = ''
    const tunnel = createExpiringTunnel(
      (bytes) => (sent += bytes.toString('latin1')),
      () => {},
    )
    tunnel.fromServer(Buffer.from(frame(8, '\x03\xe8'), 'latin1'))
    tunnel.expire()
    expect(sent).toBe(frame(8, '\x03\xe8'))
  })

  it('does not wait for ever for the end of a frame', () => {
    let ends = 0
    const tunnel = createExpiringTunnel(
      () => {},
      () => (ends += 1),
    )
    tunnel.fromServer(Buffer.from([0x82, 100]))
    tunnel.expire()
    expect(ends).toBe(0)
    tunnel.expire()
    expect(ends).toBe(1)
  })
})

describe('the gateway', () => {
  const config = (url: string, option: string): string =>
    gatewayConfig([url])
      .replace('audience: api://orders,', 'audience: api://orders, leeway: 0s,')
      .replace('policy: read, upstream: app', `policy: read, upstream: app${option}`)

  /** How a WebSocket ends that the server leaves open. */
  async function run(option: string, lifeSeconds: number, hasToken = true) {
    const closes: number[] = []
    const app = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: (request, server) => (server.upgrade(request) ? undefined : new Response('', { status: 426 })),
      websocket: {
        message: (socket, text) => void socket.send(text),
        close: (_, code) => void closes.push(code),
      },
    })
    cleanup.add(() => app.stop(true))
    const gateway = await runGateway(config(`http://127.0.0.1:${app.port}`, option), cleanup)
    const exp = Math.floor(Date.now() / 1_000) + lifeSeconds
    const token = mint({ scope: 'orders:read', exp })
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/orders/socket`, {
      headers: hasToken ? { authorization: `Bearer ${token}` } : {},
    })
    cleanup.add(() => socket.close())
    const seen: { echo?: unknown; close?: { code: number; reason: string; wasClean: boolean } } = {}
    socket.addEventListener('open', () => socket.send('hello'))
    socket.addEventListener('message', ({ data }) => (seen.echo = data))
    socket.addEventListener(
      'close',
      ({ code, reason, wasClean }) => (seen.close = { code, reason, wasClean }),
    )
    await waitFor('the echo', () => seen.echo)
    return { seen, closes, exp, gateway }
  }

  it('closes a WebSocket with 4401 when its token has expired, if the route asks for it', async () => {
    const { seen, closes, exp } = await run(', close_expired: true', 2)
    const close = await waitFor('the close', () => seen.close)
    expect(close).toMatchObject({ code: 4401, reason: 'token expired' })
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000)
    await waitFor('the end at the server', () => closes[0])
  }, 20_000)

  it('leaves it open elsewhere, while the token is valid, and without a token', async () => {
    const short = await run('', 2)
    const long = await run(', close_expired: true', 400_000_000)
    const visitor = await run(', close_expired: true, allow_anonymous: true', 2, false)
    await waitFor('the end of the token', () => (Date.now() > (short.exp + 1) * 1_000 ? true : undefined))
    expect([short, long, visitor].map(({ seen }) => seen.close)).toEqual([undefined, undefined, undefined])
  }, 20_000)
})
