/** Answers of the admin listener that are sent in pieces. */
import { connect } from 'node:net'
import { afterEach, expect, it } from 'bun:test'
import { adminRoute } from '../../src/admin/admin-route.ts'
import { createAdminRouter } from '../../src/admin/router.ts'
import { createAdminListener } from '../../src/server/admin/admin-listener.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { waitFor } from '../support/live/loopback.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** Longer than any buffer of the system, and not ASCII. */
const LINES = 300_000
const BODY = Buffer.from(Array.from({ length: LINES }, (_, line) => `${line} – ligne\n`).join(''))

async function start(): Promise<number> {
  const route = createAdminRouter(
    [
      adminRoute({
        method: 'GET',
        path: '/long',
        right: 'none',
        doc: 'A long answer.',
        answers: { 200: { doc: 'It.', contentType: 'text/plain' } },
        handle: () => ({ status: 200, contentType: 'text/plain', body: BODY }),
      }),
    ],
    { authorize: () => 'read', stillHolds: () => true, onFault: () => undefined },
  )
  const listener = createAdminListener({
    address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    certificates: undefined,
    route,
    hosts: () => [],
    onLimitReached: () => undefined,
    onOverload: () => undefined,
  })
  cleanup.add(() => listener.stop())
  return Number(listener.address.split(':').at(-1))
}

it('a long answer arrives whole, also for many clients on kept connections', async () => {
  const port = await start()
  for (let round = 0; round < 2; round++) {
    const all = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/long`)
        return [answer.headers.get('content-length'), Buffer.from(await answer.arrayBuffer()).equals(BODY)]
      }),
    )
    expect(all).toEqual(all.map(() => [String(BODY.length), true]))
  }
})

it('HEAD has the length of the answer and no body', async () => {
  const answer = await fetch(`http://127.0.0.1:${await start()}/long`, { method: 'HEAD' })
  expect(answer.headers.get('content-length')).toBe(String(BODY.length))
  expect(await answer.text()).toBe('')
})

it('a client that reads slowly gets all of it, and one that leaves disturbs nobody', async () => {
  const port = await start()
  const request = 'GET /long HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
  const gone = connect(port, '127.0.0.1', () => gone.write(request))
  await new Promise<void>((resolve) => gone.once('data', () => resolve()))
  gone.destroy()
  const slow = connect(port, '127.0.0.1', () => slow.write(request))
  let received = 0
  let isClosed = false
  slow.on('close', () => (isClosed = true))
  slow.on('data', (chunk) => {
    received += chunk.length
    slow.pause()
    setTimeout(() => slow.resume(), 1)
  })
  expect((await fetch(`http://127.0.0.1:${port}/long`)).status).toBe(200)
  await waitFor('the end of the slow one', () => isClosed || undefined)
  expect(received).toBeGreaterThan(BODY.length)
})
