import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { ask } from '../../support/live/raw-client.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const NAMES = ['X-HTTP-Method-Override', 'x_http_method_override', 'X-HTTP-Method', 'X-Method-Override']

/** What the application receives of a POST that names another method. */
async function received(name: string, byMethod: boolean): Promise<string> {
  const app = await startRawUpstream(cleanup)
  const config = gatewayConfig([app.url])
  const methods = config.replace('path: [/public/**, /] }', 'path: [/public/**, /], method: [GET, POST] }')
  const gateway = await runGateway(byMethod ? methods : config, cleanup)
  const headers = [[name, 'DELETE']] as const
  expect((await ask(gateway.port, { method: 'POST', target: '/public/', headers, body: 'a' })).status).toBe(
    200,
  )
  return app.bytes()
}

describe('another method in a header', () => {
  for (const name of NAMES) {
    for (const byMethod of [true, false]) {
      it(`does not reach the application if methods are ${byMethod ? '' : 'not '}judged: ${name}`, async () => {
        expect(await received(name, byMethod)).not.toContain('DELETE')
      })
    }
  }
})
