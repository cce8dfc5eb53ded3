/** Answers over HTTP/2 that would never end, and connections that do. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { ServerHttp2Stream } from 'node:http2'
import type { AskedRequest } from '../../../src/cli/doctor/asking/asked-request.ts'
import { createHttp2Asker, type Http2Asker } from '../../../src/cli/doctor/asking/http2-asker.ts'
import { readTarget } from '../../../src/cli/doctor/asking/target.ts'
import { startHttp2Upstream } from '../../support/http2-server.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { createTestCa, type TestCa } from '../../support/test-ca.ts'

const cleanup = createCleanup()
let ca: TestCa
beforeAll(() => {
  ca = createTestCa()
  cleanup.add(() => ca.remove())
})
afterAll(() => cleanup.run())

const REQUEST: AskedRequest = { label: 'x', method: 'GET', target: '/a', fields: [] }

/** A site that answers so; `ended` resolves when the request's stream does. It may be stopped early. */
async function site(
  answer: (stream: ServerHttp2Stream) => void,
  timeoutMs: number,
): Promise<{
  readonly asker: Http2Asker
  readonly ended: Promise<void>
  readonly stop: () => Promise<void>
}> {
  const own = createCleanup()
  cleanup.add(() => own.run())
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const { port } = await startHttp2Upstream(
    own,
    ({ stream }) => {
      stream.on('close', () => resolve())
      stream.on('error', () => undefined)
      stream.respond({ ':status': 200 })
      answer(stream)
    },
    { tls: ca.issue('localhost') },
  )
  const target = readTarget(`https://localhost:${port}/a`, {}, Buffer.from(ca.ca))
  const asker = await createHttp2Asker(target, timeoutMs)
  if (asker === undefined) throw new Error('no HTTP/2')
  cleanup.add(() => asker.close())
  return { asker, ended, stop: () => own.run() }
}

describe('an answer over HTTP/2', () => {
  it('that is longer than any probe needs is cut, and its stream ends', async () => {
    const piece = Buffer.alloc(16_384, 'x')
    const { asker, ended } = await site((stream) => {
      const more = (): void => {
        while (!stream.destroyed && stream.write(piece));
      }
      stream.on('drain', more)
      more()
    }, 10_000)
    const { status, fault, body } = await asker.ask(REQUEST)
    expect([status, fault]).toEqual([200, undefined])
    expect(body.length).toBeLessThan(1024 ** 2)
    await ended
  })

  it('that does not end is late, and its stream ends', async () => {
    const { asker, ended } = await site((stream) => void stream.write('x'), 1_000)
    expect(await asker.ask(REQUEST)).toMatchObject({ status: 0, fault: 'late' })
    await ended
  })

  it('comes on another connection when the site has ended the first one', async () => {
    const { asker } = await site((stream) => {
      stream.on('finish', () => stream.session?.close())
      stream.end('ok')
    }, 10_000)
    for (let i = 0; i < 5; i++) expect(await asker.ask(REQUEST)).toMatchObject({ status: 200, body: 'ok' })
  })

  it('is none when the site has gone meanwhile', async () => {
    const { asker, stop } = await site((stream) => void stream.end('ok'), 1_000)
    expect(await asker.ask(REQUEST)).toMatchObject({ status: 200 })
    await stop()
    expect(await asker.ask(REQUEST)).toMatchObject({ status: 0, fault: 'no_connection' })
  })
})
