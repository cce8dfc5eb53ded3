import { afterEach, describe, expect, it } from 'bun:test'
import { createUploadPace } from '../../../src/gateway/exchange/upload-pace.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { openClient, requestText } from '../../support/live/raw-client.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

describe('the pace of an upload', () => {
  const SETTINGS = { minUploadRate: 500, idleTimeoutMs: 60_000 }

  /** What comes, as pairs of seconds and bytes, and after how many seconds it was too slow. */
  const UPLOADS: readonly (readonly [string, readonly (readonly [number, number])[], number | undefined])[] =
    [
      [
        'a byte in each idle timeout',
        [
          [59, 1],
          [118, 1],
          [177, 1],
        ],
        118,
      ],
      [
        'nothing, and then all of it',
        [
          [59, 1e6],
          [118, 1],
        ],
        undefined,
      ],
      ['a byte in each second', Array.from({ length: 200 }, (_, i) => [i, 1] as const), 61],
      ['just enough', Array.from({ length: 2_000 }, (_, i) => [i, 500] as const), undefined],
      ['a little less, for long', Array.from({ length: 2_000 }, (_, i) => [i, 480] as const), 1_525],
      [
        'much, and then byte by byte',
        [
          [0, 1e9],
          [590, 1],
          [599, 1],
          [601, 1],
        ],
        601,
      ],
      [
        'pauses of a minute between megabytes',
        Array.from({ length: 50 }, (_, i) => [i * 59, 1e6] as const),
        undefined,
      ],
    ]
  for (const [what, upload, slowAt] of UPLOADS) {
    it(`is ${slowAt === undefined ? 'fast enough' : `too slow after ${slowAt} s`} with ${what}`, () => {
      const pace = createUploadPace(SETTINGS, 0)
      let total = 0
      const found = upload.find(([seconds, bytes]) => pace.isTooSlow((total += bytes), seconds * 1_000))
      expect(found?.[0]).toBe(slowAt)
    })
  }

  it('is not that of a client while the server takes nothing', () => {
    const pace = createUploadPace(SETTINGS, 0)
    expect(pace.isTooSlow(1, 1_000)).toBe(false)
    pace.setHeldBack(true, 1_000)
    expect(pace.isTooSlow(2, 500_000)).toBe(false)
    pace.setHeldBack(false, 1_000_000)
    expect(pace.isTooSlow(3, 1_050_000)).toBe(false)
    expect(pace.isTooSlow(4, 1_060_000)).toBe(true)
  })

  it('does not matter if it is 0', () => {
    const pace = createUploadPace({ ...SETTINGS, minUploadRate: 0 }, 0)
    expect(pace.isTooSlow(1, 1e9)).toBe(false)
  })
})

describe('a gateway', () => {
  const SLOW = 'idle_timeout: 300ms, min_upload_rate: 1MiB'
  const HEAD = requestText({ target: '/public/', method: 'POST', headers: [['Content-Length', '1000']] })

  it('ends a body that drips in, though it is never silent for long', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([app.url], { upstream: SLOW }), cleanup)
    const client = await openClient(gateway.port)
    client.send(HEAD)
    const dripping = setInterval(() => client.send('x'), 20)
    cleanup.add(() => clearInterval(dripping))
    const answer = await client.receive()
    expect([answer.status, app.received.length]).toEqual([408, 0])
    expect(gateway.lines.at(-1)).toMatchObject({ fault: 'request_timeout', status: 408 })
  })

  it('lets it drip if the upstream is set up for that', async () => {
    const app = await startRawUpstream(cleanup)
    const config = gatewayConfig([app.url], { upstream: SLOW.replace('1MiB', '0') })
    const gateway = await runGateway(config, cleanup)
    const client = await openClient(gateway.port)
    client.send(HEAD)
    let sent = 0
    const dripping = setInterval(() => sent++ < 1_000 && client.send('x'), 1)
    cleanup.add(() => clearInterval(dripping))
    expect((await client.receive()).status).toBe(200)
    client.close()
  })

  it('does not pace what goes through a WebSocket', async () => {
    const app = await startRawUpstream(cleanup, (_, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
      )
    })
    const gateway = await runGateway(gatewayConfig([app.url], { upstream: SLOW }), cleanup)
    const client = await openClient(gateway.port)
    const upgrade = [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
      ['Sec-WebSocket-Version', '13'],
    ] as const
    client.send(requestText({ target: '/public/', headers: upgrade }))
    expect((await client.receive(false)).status).toBe(101)
    const dripping = setInterval(() => client.send('x'), 50)
    cleanup.add(() => clearInterval(dripping))
    await waitFor('more than an idle timeout of single bytes', () => /x{12}/.test(app.bytes()) || undefined)
    client.close()
  })
})
