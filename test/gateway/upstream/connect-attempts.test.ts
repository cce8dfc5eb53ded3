import { afterEach, expect, it } from 'bun:test'
import type { Wire } from '../../../src/http/sockets/wire.ts'
import { createConnect, type Connect } from '../../../src/gateway/upstream/connect-attempts.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { startSilentServer } from '../../support/live/silent-server.ts'
import { startAt } from '../../support/moving-site.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

let nowMs = 5_000

const connectTo = (host: string, port: number): Connect =>
  createConnect(
    {
      server: { url: 'test', isTls: false, address: { kind: 'tcp', host, port }, authority: 'a', weight: 1 },
      ip: undefined,
      trust: {},
    },
    () => nowMs,
  )

/** Begins as many, and returns how many settled at once. */
function begin(connect: Connect, count: number): { readonly refused: number; giveUp(): void } {
  let refused = 0
  const giveUps = Array.from({ length: count }, () => connect(() => (refused += 1)))
  return { refused, giveUp: () => giveUps.forEach((giveUp) => giveUp()) }
}

it('makes few connections to an address where nothing answers, each of which holds a descriptor', async () => {
  const host = '127.0.0.9'
  const connect = connectTo(host, await startSilentServer(cleanup, host))
  const first = begin(connect, 100)
  expect(first.refused).toBe(0)
  first.giveUp()
  // One a second, to find out whether it has come back.
  for (const refused of [99, 99, 99]) {
    nowMs += 1_000
    const more = begin(connect, 100)
    expect(more.refused).toBe(refused)
    more.giveUp()
  }
})

it('does not take clients that leave at once for a silent address', async () => {
  const app = await startAt(cleanup, '127.0.0.8')
  const connect = connectTo('127.0.0.8', app.port)
  for (let round = 0; round < 3; round++) {
    const all = begin(connect, 100)
    expect(all.refused).toBe(0)
    all.giveUp()
  }
  nowMs += 1_000
  const wire = await new Promise<Wire | undefined>((resolve) => void connect(resolve))
  expect(wire?.isOpen).toBe(true)
  wire?.destroy()
})
