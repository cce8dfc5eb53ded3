import { afterEach, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startServedGateway } from '../support/live/served-gateway.ts'
import { gatewayConfig } from '../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

for (const admin of ['off', '127.0.0.1:0']) {
  it(`\`warder serve\` prints the address of its gateway, with admin ${admin}`, async () => {
    const config = gatewayConfig(['http://127.0.0.1:1']).replace('admin: off', `admin: ${admin}`)
    const { port, process } = await startServedGateway(config, cleanup)
    const line = `warder: gateway on 127.0.0.1:${port}\n`
    await process.ready('that line', () => process.output().includes(line) || undefined)
    expect(process.output()).toContain(line)
  })
}
