/** Health checks of the gRPC listener. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { ClientHttp2Session } from 'node:http2'
import { encode } from '../../support/check-messages.ts'
import { callBytes, framed, HEALTH } from '../../support/grpc-call.ts'
import { h2cSession } from '../../support/http2-client.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { CONFIG, runService, type RunningService } from '../../support/run-service.ts'

const cleanup = createCleanup()
let session: ClientHttp2Session

const portOf = ({ service }: RunningService): number => Number(service.addresses.at(-1)?.split(':').at(-1))

async function start(): Promise<RunningService> {
  const service = await runService(CONFIG.replace('listen: {', 'listen: { grpc: 127.0.0.1:0,'))
  cleanup.add(() => service.service.stop(0))
  return service
}

beforeAll(async () => {
  session = await h2cSession(portOf(await start()), cleanup)
})
afterAll(() => cleanup.run())

describe('the health of the gRPC listener', () => {
  const health = (service: string) =>
    callBytes(session, HEALTH, framed(encode(service === '' ? [] : [[1, service]])))

  for (const service of ['', 'envoy.service.auth.v3.Authorization']) {
    it(`is SERVING for ${JSON.stringify(service)}`, async () => {
      const { status, body } = await health(service)
      expect([status, body]).toEqual(['0', Buffer.from([8, 1])])
    })
  }

  it('is NOT_FOUND for another service', async () => expect((await health('orders')).status).toBe('5'))
  it('is an error for a message that is not one', async () => {
    expect((await callBytes(session, HEALTH, framed(Buffer.from([0xff])))).status).toBe('3')
  })
  it('has no Watch', async () => {
    const { status } = await callBytes(session, '/grpc.health.v1.Health/Watch', framed(Buffer.alloc(0)))
    expect(status).toBe('12')
  })

  it('is NOT_SERVING while the service drains, which asks callers to go elsewhere', async () => {
    const other = await start()
    const open = await h2cSession(portOf(other), cleanup)
    const isGone = new Promise<void>((resolve) => open.once('goaway', () => resolve()))
    const stopped = other.service.stop(300)
    await isGone
    const later = await h2cSession(portOf(other), cleanup)
    const { body } = await callBytes(later, HEALTH, framed(Buffer.alloc(0)))
    expect(body).toEqual(Buffer.from([8, 2]))
    later.close()
    await stopped
  })
})
