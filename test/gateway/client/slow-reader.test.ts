import { describe, expect, it } from 'bun:test'
import { waitFor } from '../../support/live/loopback.ts'
import { statusesOf } from '../../support/raw-http.ts'
import { DENY, serveFake } from '../../support/serve-fake.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const LAST = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
/** Microtasks have run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a client that does not read its answers', () => {
  it('has no further request read, because answers would pile up in memory', async () => {
    const { wire, send } = serveFake()
    wire.hold(true)
    send(GET.repeat(50))
    await turn()
    expect(statusesOf(wire.text())).toHaveLength(1)
    send(GET.repeat(50))
    await turn()
    expect(statusesOf(wire.text())).toHaveLength(1)
    wire.hold(false)
    await waitFor('all answers', () => statusesOf(wire.text()).length === 100 || undefined)
  })

  it('is noticed when it leaves, unless it goes on sending', async () => {
    const { wire, send } = serveFake()
    wire.hold(true)
    send(GET)
    await turn()
    send(GET)
    expect(wire.isPaused).toBe(false)
    send('x'.repeat(9_000))
    expect(wire.isPaused).toBe(true)
  })

  it('is closed when it reads nothing for long', async () => {
    const { wire, send, pass } = serveFake()
    wire.hold(true)
    send(GET.repeat(2))
    pass(80_000)
    expect(wire.ending).toBeDefined()
  })
})

describe('a client that pipelines', () => {
  it('is not read from while more than a few of its requests wait, however many were answered', async () => {
    const decisions: (() => void)[] = []
    const { wire, send } = serveFake(() => new Promise((resolve) => decisions.push(() => resolve(DENY))))
    const total = 2_000
    send(GET.repeat(total))
    for (let answered = 0; answered < total; answered++) {
      await turn()
      const waitingBytes = (total - answered - 1) * GET.length
      expect(wire.isPaused).toBe(waitingBytes > 8_192)
      decisions[answered]?.()
    }
    await turn()
    expect(statusesOf(wire.text())).toHaveLength(total)
    expect(wire.isPaused).toBe(false)
  })

  it('is read from again when half a request is left', async () => {
    const { wire, send } = serveFake()
    send(`${GET.repeat(1_000)}GET / HT`)
    await waitFor('all answers', () => statusesOf(wire.text()).length === 1_000 || undefined)
    await turn()
    expect(wire.isPaused).toBe(false)
    send('TP/1.1\r\nHost: a\r\n\r\n')
    await turn()
    expect(statusesOf(wire.text())).toHaveLength(1_001)
  })
})

describe('a client that reads slowly', () => {
  it('has the time to take its last answer, and the connection is not broken off', () => {
    const { wire, send, pass } = serveFake()
    wire.hold(true)
    send(LAST)
    pass(10_000)
    expect(wire.ending).toBeUndefined()
    wire.hold(false)
    pass(2_100)
    expect(wire.ending).toBe('closed')
  })

  it('gets its last answer though it sends no more', () => {
    const { wire, send, pass } = serveFake()
    wire.hold(true)
    send(LAST)
    wire.events.onEnd()
    expect(wire.ending).toBeUndefined()
    wire.hold(false)
    pass(2_100)
    expect(wire.ending).toBe('closed')
  })

  it('gets what was written when it half-closes between requests, or the gateway stops', async () => {
    const closing = serveFake()
    closing.send(GET)
    await turn()
    closing.wire.events.onEnd()
    expect(closing.wire.ending).toBe('closed')
    const stopping = serveFake()
    stopping.wire.hold(true)
    stopping.send(GET)
    stopping.connection.stop()
    stopping.pass(10_000)
    expect(stopping.wire.ending).toBeUndefined()
  })
})

describe('a client that goes on sending after its last answer', () => {
  it('is closed after 1 MiB, and no byte of it is a request', async () => {
    const { wire, send } = serveFake()
    send(LAST)
    await turn()
    const before = wire.text()
    for (let i = 0; i < 64; i++) send(GET + 'x'.repeat(16_384 - GET.length))
    expect(wire.ending).toBeUndefined()
    send('x')
    expect([wire.ending, wire.text()]).toEqual(['closed', before])
  })

  it('has no further request read when the gateway began to stop before that answer', async () => {
    let isStopping = false
    let answer = (): void => {}
    const { wire, send, connection } = serveFake(
      () => new Promise((resolve) => (answer = () => resolve(DENY))),
      () => isStopping,
    )
    send(GET)
    isStopping = true
    connection.stop()
    answer()
    await turn()
    send(GET)
    answer()
    await turn()
    expect(statusesOf(wire.text())).toEqual([401])
  })
})
