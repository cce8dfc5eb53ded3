import { afterEach, describe, expect, it } from 'bun:test'
import { createServer } from 'node:net'
import { createCleanup } from '../support/live/cleanup.ts'
import { waitFor } from '../support/live/loopback.ts'
import { openClient, requestText } from '../support/live/raw-client.ts'
import { gatewayConfig, OK, runGateway } from '../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** A server that answers at the first byte, and reads on. */
async function acceptEarly(): Promise<{ readonly url: string; readonly text: () => string }> {
  let text = ''
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () => void socket.write(OK.replace('2\r\n\r\nok', '5\r\n\r\nearly')))
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup.add(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, text: () => text }
}

describe('an answer', () => {
  it('may come before the end of the request, which still arrives', async () => {
    const app = await acceptEarly()
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    const client = await openClient(gateway.port)
    client.send('POST /public/ HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc')
    expect((await client.receive()).body).toBe('early')
    client.send('def')
    await waitFor('the rest of the body', () => (app.text().endsWith('abcdef') ? true : undefined))
    client.send(requestText({ target: '/orders/x' }))
    expect((await client.receive()).status).toBe(401)
    client.close()
  })
})
