/** Clients that send many requests at once: others have their turn between them. */
import { afterEach, describe, expect, it } from 'bun:test'
import { ConnectionListener } from '../../../src/http/connections/connection-listener.ts'
import { createDeadlines } from '../../../src/http/deadlines.ts'
import { END_HEADERS, END_STREAM, fieldsOf, frame, openPlainFrames } from '../../support/http2-frames.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { openClient, requestText } from '../../support/live/raw-client.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const OK = { status: 200, fields: [], body: '' }

/** A listener that denies, and counts how many requests it answered in each turn of the event loop. */
function listen() {
  const deadlines = createDeadlines()
  const turns = [0]
  let isWaiting = false
  const count = (): void => {
    turns.push((turns.pop() ?? 0) + 1)
    if (!isWaiting) setImmediate(() => (isWaiting = turns.push(0) === 0))
    isWaiting = true
  }
  const listener = new ConnectionListener({
    address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    certificates: undefined,
    mayBeHttp2: () => true,
    maxConnections: () => 10,
    maxHeldBytes: () => 2 ** 28,
    deadlines,
    connected: () => ({
      serve(stream) {
        count()
        stream.answerWhole(OK)
        stream.release()
      },
      refuse({ status }) {
        count()
        return { ...OK, status }
      },
    }),
    onLimitReached() {},
    onOverload() {},
  })
  cleanup.add(async () => {
    await listener.stop(0)
    deadlines.close()
  })
  return { turns, port: Number(listener.address.split(':').at(-1)) }
}

const MANY = 90
/** Twice those of a turn: the end of a turn is noticed late. */
const MOST = 32

describe('a client that sends many requests at once', () => {
  it('over HTTP/1.1 has a few of them served in each turn, and all in the end', async () => {
    const { turns, port } = listen()
    const client = await openClient(port)
    client.send(requestText({}).repeat(MANY))
    for (let i = 0; i < MANY; i++) expect((await client.receive()).status).toBe(200)
    expect(Math.max(...turns)).toBeLessThanOrEqual(MOST)
    client.close()
  })

  const heads = (count: number, scheme = 'http'): readonly Buffer[] => {
    const fields = fieldsOf({ ':scheme': scheme })
    return Array.from({ length: count }, (_, i) =>
      frame('HEADERS', END_HEADERS | END_STREAM, 2 * i + 1, fields),
    )
  }

  for (const [kind, scheme] of [
    ['good', 'http'],
    ['invalid', 'https'],
  ] as const) {
    it(`over HTTP/2, ${kind} ones, has a few of them answered in each turn, and all in the end`, async () => {
      const { turns, port } = listen()
      const client = await openPlainFrames(port, cleanup)
      client.send(...heads(MANY, scheme))
      const answers = (): number => client.frames().filter((found) => /^HEADERS \d+ end$/.test(found)).length
      await waitFor('all answers', () => answers() === MANY || undefined)
      expect(Math.max(...turns)).toBeLessThanOrEqual(MOST)
    })

    it(`and more of them over HTTP/2 than it may, ${kind} ones, has the rest refused`, async () => {
      const { turns, port } = listen()
      const client = await openPlainFrames(port, cleanup)
      client.send(...heads(900, scheme))
      await waitFor('an answer to each', () => {
        const ends = client.frames().filter((found) => /^(?:HEADERS \d+ end|RST \d+ code 7)$/.test(found))
        return ends.length === 900 || client.isClosed() || undefined
      })
      expect(turns.reduce((sum, count) => sum + count, 0)).toBeLessThan(900)
      expect(Math.max(...turns)).toBeLessThanOrEqual(MOST)
    })
  }
})
