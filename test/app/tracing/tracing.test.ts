import { afterEach, expect, it } from 'bun:test'
import { createTracing, type Tracing } from '../../../src/app/tracing/tracing.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { waitFor } from '../../support/live/loopback.ts'
import { CONFIG, loadOrThrow, memoryLogger } from '../../support/run-service.ts'
import { startSpanReceiver } from '../../support/span-receiver.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

async function settingsOf(url: string) {
  const instance = await loadOrThrow(`${CONFIG}tracing: { endpoint: "${url}" }\n`)
  instance.close()
  return instance.config.settings.tracing
}

/** A span: a fetch of keys. */
async function record(tracing: Tracing): Promise<void> {
  const { fetch } = tracing.watchFetches({
    fetch: () => Promise.resolve(new Response()),
  } as unknown as Parameters<Tracing['watchFetches']>[0])
  await fetch('https://idp.example.test/keys', {})
}

it('what was lost stays counted while other settings come into force, and after it', async () => {
  let answer: Response | Promise<Response> = new Response('no', { status: 401 })
  const receiver = startSpanReceiver(cleanup, () => answer)
  const tracing = createTracing(memoryLogger().logger)
  await tracing.use(await settingsOf(receiver.url))
  await record(tracing)
  await waitFor('a lost span', () => Promise.resolve(tracing.lost() === 1 || undefined))
  // The end of the first exporter waits for the collector.
  const answered = Promise.withResolvers<Response>()
  answer = answered.promise
  await record(tracing)
  await tracing.use(undefined)
  expect(tracing.lost()).toBe(1)
  await receiver.whole(2)
  expect(tracing.lost()).toBe(1)
  answered.resolve(new Response('no', { status: 401 }))
  await waitFor('another lost span', () => Promise.resolve(tracing.lost() === 2 || undefined))
  await tracing.stop()
  expect(tracing.lost()).toBe(2)
})
