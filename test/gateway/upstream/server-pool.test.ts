import { afterEach, expect, it } from 'bun:test'
import { createDeadlines } from '../../../src/http/deadlines.ts'
import { Http1Link } from '../../../src/gateway/upstream/http1-link.ts'
import { ServerPool } from '../../../src/gateway/upstream/server-pool.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const ANY = { mayReuse: true, isUpgrade: false }

const take = (pool: ServerPool): Promise<Http1Link> =>
  new Promise((resolve, reject) => {
    pool.take(ANY, (link, fault) => (link instanceof Http1Link ? resolve(link) : reject(new Error(fault))))
  })

function createPool(port: number): ServerPool {
  const deadlines = createDeadlines()
  const server = {
    url: 'test',
    isTls: false,
    address: { kind: 'tcp', host: '127.0.0.1', port },
    authority: 'a',
    weight: 1,
  } as const
  const times = { connectTimeoutMs: 1, responseTimeoutMs: 1, idleTimeoutMs: 1, totalTimeoutMs: 0 }
  const upstream = {
    name: 'app',
    servers: [server],
    balance: 'round_robin',
    host: 'keep',
    ejectAfter: 3,
    ejectForMs: 1,
    maxConnectionAgeMs: 60_000,
    ...times,
  } as const
  const pool = new ServerPool(server, upstream, {}, deadlines)
  cleanup.add(() => {
    pool.close()
    deadlines.close()
  })
  return pool
}

it('receives the next answer on a kept connection, even if the previous client was slow', async () => {
  const app = await startRawUpstream(cleanup)
  const pool = createPool(app.port)
  const first = await take(pool)
  // The last bytes of an answer came while its client was slow.
  first.wire.pause()
  pool.release(first, true)
  const next = await take(pool)
  expect(next.isReused).toBe(true)
  let text = ''
  next.wire.events = { ...next.wire.events, onData: (bytes) => (text += bytes.toString('latin1')) }
  next.wire.write(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
  await waitFor('the answer', () => (text.endsWith('ok') ? true : undefined))
  pool.release(next, false)
})

it('gives up a connection that is being made when its address leaves, and makes no further one', async () => {
  const app = await startRawUpstream(cleanup)
  const pool = createPool(app.port)
  const pending = take(pool)
  pool.leave()
  const [result] = await Promise.allSettled([pending])
  expect(result.status).toBe('rejected')
  // At once: the address is not connected to.
  const links: unknown[] = []
  pool.take(ANY, (link) => links.push(link))
  expect(links).toEqual([undefined])
  expect(pool.active).toBe(0)
  expect(app.received).toEqual([])
})
