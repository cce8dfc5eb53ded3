import { afterEach, describe, expect, it } from 'bun:test'
import { createServer } from 'node:net'
import { createCleanup } from '../../support/live/cleanup.ts'
import { listen, waitFor } from '../../support/live/loopback.ts'
import { openClient, requestText } from '../../support/live/raw-client.ts'
import { exchange } from '../../support/raw-http.ts'
import { gatewayConfig, OK, runGateway, startRawUpstream } from '../../support/run-gateway.ts'

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
  return { url: `http://127.0.0.1:${await listen(server, cleanup)}`, text: () => text }
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

  it('ends once, whatever the server sends behind it', async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    const answer = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nearly\r\n0\r\n\r\n'
    const post = 'POST /public/ HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc'
    const received = exchange(gateway.port, post, (all) => {
      if (all.endsWith('early\r\n0\r\n\r\n')) app.connections[0]?.write(answer)
      return false
    })
    await waitFor('half a request', () => (app.bytes().endsWith('abc') ? true : undefined))
    app.connections[0]?.write(answer)
    expect((await received).text.split('0\r\n\r\n')).toEqual([expect.stringContaining('early'), ''])
  })
})
